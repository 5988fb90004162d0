import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';

const DISK_FULL = ['ENOSPC', 'EDQUOT'];

/** The same error in words that say what to do. */
export function explained(error: unknown, folder: string): unknown {
  const code = systemCode(error);
  if (code === undefined || error instanceof BuilderError) return error;
  if (DISK_FULL.includes(code)) {
    return new BuilderError(
      'disk-full',
      `no space left for ${folder}: free some, or choose another --output`,
      { cause: error },
    );
  }
  return new BuilderError('output', `cannot write to ${folder}: ${messageOf(error)}`, { cause: error });
}
