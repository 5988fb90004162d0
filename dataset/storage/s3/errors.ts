import { S3ServiceException } from '@aws-sdk/client-s3';
import { BuilderError, messageOf, systemCode } from '../../../common/errors.ts';
import { excerpt } from '../../../common/excerpt.ts';

const NOT_THERE = ['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'];
const HTTP_FORBIDDEN = [401, 403];
const HTTP_CONFLICT = 409;
const HTTP_PRECONDITION_FAILED = 412;
const HTTP_NOT_FOUND = 404;
const HTTP_NOT_IMPLEMENTED = 501;

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** A condition did not hold: the object is another, there is one, or there is none. */
export function isRefusedCondition(error: unknown): boolean {
  const status = statusOf(error);
  return status === HTTP_PRECONDITION_FAILED || (status === HTTP_NOT_FOUND && !isNoBucket(error));
}

/** Others change the same object at this moment: nobody knows yet whether the condition holds. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === HTTP_CONFLICT;
}

export function isNotThere(error: unknown): boolean {
  return statusOf(error) === HTTP_NOT_FOUND && !isNoBucket(error);
}

export function isNotImplemented(error: unknown): boolean {
  return statusOf(error) === HTTP_NOT_IMPLEMENTED;
}

function isNoBucket(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchBucket';
}

function reasonOf(error: unknown, bucket: string): string {
  const code = systemCode(error) ?? '';
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'CredentialsProviderError' || /resolved credential/i.test(message))
    return 'no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role';
  if (/region is missing/i.test(message))
    return 'no region: set AWS_REGION, or s3.region in the config (for another store than Amazon S3 its endpoint: AWS_ENDPOINT_URL or s3.endpoint)';
  if (NOT_THERE.includes(code))
    return `nothing answers (${code}): see AWS_ENDPOINT_URL, or s3.endpoint in the config`;
  if (isNoBucket(error)) return `there is no bucket ${bucket}: make it, or say another`;
  const status = statusOf(error);
  if (status !== undefined && HTTP_FORBIDDEN.includes(status))
    return `the store refuses us (${status} ${name}): see which keys are set, and what they allow`;
  const told = status === undefined ? messageOf(error) : `${status} ${name}: ${message}`;
  return excerpt(told);
}

/** The same error in words that say what to do. */
export function explainedS3(error: unknown, place: string, bucket: string): unknown {
  if (error instanceof BuilderError) return error;
  return new BuilderError('output', `${place}: ${reasonOf(error, bucket)}`, { cause: error });
}
