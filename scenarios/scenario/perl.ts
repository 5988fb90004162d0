/** Debian's perl-base, which images based on it have: what Node cannot ask of the kernel, a fixed script asks. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A command that runs `scenarios/workers/perl/<script>.pl`. */
export function perlCommand(script: string, ...args: readonly (string | number)[]): string[] {
  const path = fileURLToPath(new URL(`../../../scenarios/workers/perl/${script}.pl`, import.meta.url));
  return ['perl', path, ...args.map(String)];
}

/** Why no script can be run here; undefined when one can. */
export async function perlObstacle(): Promise<string | undefined> {
  try {
    await execute('perl', ['-e', 'use Socket; use Fcntl']);
    return undefined;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing
      ? 'needs perl: install perl-base'
      : 'needs a perl that has Socket and Fcntl: install perl-base';
  }
}
