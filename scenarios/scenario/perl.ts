/** Debian's perl-base, which images based on it have: what Node cannot ask of the kernel, a fixed script asks. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** However busy the machine is. */
const TRIED_MS = 30_000;

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

/** Why a script does not do here what these arguments have it try; undefined when it does. */
export async function perlRefusal(
  script: string,
  ...args: readonly (string | number)[]
): Promise<string | undefined> {
  const obstacle = await perlObstacle();
  if (obstacle !== undefined) return obstacle;
  const [file = '', ...rest] = perlCommand(script, ...args);
  try {
    await execute(file, rest, { timeout: TRIED_MS });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    return (stderr.trim() || message).split('\n')[0];
  }
}
