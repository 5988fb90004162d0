import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Config } from './s3.ts';

/** Attempts at a request that meets a busy store or a broken connection; the pauses between them double. */
const ATTEMPTS = 6;
const CONNECTION_TIMEOUT_MS = 10_000;
/** Time in which nothing comes or goes. */
const REQUEST_TIMEOUT_MS = 60_000;
/** What stores call their region that have none. */
const ANY_REGION = 'us-east-1';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the library finds by itself (credentials, profiles, web identity, a pod's identity) is left to it.
 *
 * @internal exported for its own tests
 */
export function clientConfig({ endpoint, region, pathStyle }: S3Config, env: Environment): S3ClientConfig {
  const ownEndpoint = endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const ownRegion =
    region ??
    env['AWS_REGION'] ??
    env['AWS_DEFAULT_REGION'] ??
    (ownEndpoint === undefined ? undefined : ANY_REGION);
  return {
    ...(ownEndpoint !== undefined && { endpoint: ownEndpoint }),
    ...(ownRegion !== undefined && { region: ownRegion }),
    // A name below a name needs DNS for each bucket, which few stores but Amazon's have.
    forcePathStyle: pathStyle ?? ownEndpoint !== undefined,
    followRegionRedirects: true,
    maxAttempts: ATTEMPTS,
    // Every request's body is signed by its SHA-256 already; trailing checksums are what older stores refuse.
    ...(env['AWS_REQUEST_CHECKSUM_CALCULATION'] === undefined && {
      requestChecksumCalculation: 'WHEN_REQUIRED' as const,
    }),
    ...(env['AWS_RESPONSE_CHECKSUM_VALIDATION'] === undefined && {
      responseChecksumValidation: 'WHEN_REQUIRED' as const,
    }),
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  };
}

export function s3Client(config: S3Config): S3Client {
  // That later versions of the library need a later Node is for us to know, not for whoever builds a dataset.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  return new S3Client(clientConfig(config, process.env));
}
