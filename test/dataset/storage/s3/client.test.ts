import { expect } from 'chai';
import { clientConfig } from '../../../../dataset/storage/s3/client.ts';
import type { S3Config } from '../../../../dataset/storage/s3/s3.ts';

const MINIO = 'http://minio:9000';

describe('dataset/storage/s3/client', () => {
  const cases: readonly (readonly [string, S3Config, Record<string, string>, object])[] = [
    ['Amazon S3 as the library finds it', {}, {}, { forcePathStyle: false }],
    ['a region of the environment', {}, { AWS_DEFAULT_REGION: 'eu-west-1' }, { region: 'eu-west-1' }],
    [
      'another store with its buckets in paths',
      {},
      { AWS_ENDPOINT_URL: MINIO },
      { endpoint: MINIO, region: 'us-east-1', forcePathStyle: true },
    ],
    [
      'an endpoint for S3 alone before the one for everything',
      {},
      { AWS_ENDPOINT_URL: 'http://other', AWS_ENDPOINT_URL_S3: MINIO, AWS_REGION: 'eu' },
      { endpoint: MINIO, region: 'eu', forcePathStyle: true },
    ],
    [
      'the configuration before the environment',
      { endpoint: MINIO, region: 'eu', pathStyle: false },
      { AWS_ENDPOINT_URL: 'http://other', AWS_REGION: 'us' },
      { endpoint: MINIO, region: 'eu', forcePathStyle: false },
    ],
  ];
  for (const [what, config, env, wanted] of cases) {
    it(`reaches ${what}`, () => {
      const { endpoint, region, forcePathStyle } = clientConfig(config, env);
      const none = { endpoint: undefined, region: undefined };
      expect({ endpoint, region, forcePathStyle }).to.deep.equal({
        ...none,
        forcePathStyle: false,
        ...wanted,
      });
    });
  }
});
