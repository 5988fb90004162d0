import { z } from 'zod';
import { storageKind } from '../kind.ts';

/** Credentials come from AWS' own variables and files alone. */
const section = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://minio:9000' }).optional(),
  region: z.string().min(1).optional(),
  /** The bucket in the path rather than in the host name; unless said otherwise where there is an endpoint. */
  pathStyle: z.boolean().optional(),
});

/** How to reach a store. */
export type S3Config = z.output<typeof section>;

/** A prefix of a bucket, in Amazon S3 or a store that speaks as it does. */
export const s3 = storageKind({
  kind: 's3',
  scheme: 's3://',
  shape: 's3://bucket/prefix',
  section,
  async open(place, config) {
    // The library takes 23 MB of memory and an eighth of a second.
    const { s3Storage } = await import('./s3-storage.ts');
    return s3Storage(place, config);
  },
});
