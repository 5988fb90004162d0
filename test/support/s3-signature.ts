/**
 * Signatures of requests to S3 (SigV4 in the Authorization header), as a store verifies them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const S3_KEY = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test/secret+key' } as const;
export const REGION = 'us-east-1';

/** What a store refuses, as it says it. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** As RFC 3986 has it, which is stricter than `encodeURIComponent`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @throws {S3Error} 403 unless the request is signed with the key, its body included */
export function checkSignature({ method = '', headers }: IncomingMessage, url: URL, body: Buffer): void {
  const authorization = headers.authorization ?? '';
  const [, id, scope = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  const bodyHash = String(headers['x-amz-content-sha256']);
  if (id !== S3_KEY.accessKeyId)
    throw new S3Error(403, 'InvalidAccessKeyId', 'The access key Id you provided does not exist');
  if (bodyHash !== sha256(body))
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', 'The provided SHA256 does not match the body');
  const query = [...url.searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
  const names = signed.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256', 'if-match', 'if-none-match']) {
    if (headers[name] !== undefined && !names.includes(name))
      throw new S3Error(
        403,
        'AccessDenied',
        `There were headers present in the request which were not signed: ${name}`,
      );
  }
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    signed,
    bodyHash,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const [day = '', region = '', service = ''] = scope.split('/');
  if (region !== REGION || service !== 's3')
    throw new S3Error(400, 'AuthorizationHeaderMalformed', `expecting '${REGION}'`);
  const key = ['aws4_request', service, region, day].reduceRight<Buffer | string>(
    (secret, part) => hmac(secret, part),
    `AWS4${S3_KEY.secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex')))
    throw new S3Error(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match');
}
