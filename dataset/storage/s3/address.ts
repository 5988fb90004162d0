import { BuilderError } from '../../../common/errors.ts';

/** Where in a store a dataset is. */
export interface Address {
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  /** The address without a slash at its end. */
  readonly name: string;
}

const S3_ADDRESS = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])((?:\/[^/]+)*)\/?$/;

/**
 * Reads `s3://bucket/prefix`.
 *
 * @throws {BuilderError} `config`
 */
export function parseAddress(text: string): Address {
  const [, bucket, path = ''] = S3_ADDRESS.exec(text) ?? [];
  if (bucket === undefined) {
    throw new BuilderError('config', `${text} is no address: write it like s3://bucket/prefix`);
  }
  return { bucket, prefix: path === '' ? '' : `${path.slice(1)}/`, name: `s3://${bucket}${path}` };
}
