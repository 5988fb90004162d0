import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Installs parides into a folder of its own; without Python and pip, or their registry, tells why not. */
export async function installParides(
  folder: string,
  onMissing: (reason: string) => void,
): Promise<string | undefined> {
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', 'parides']);
    return join(folder, 'bin', 'parides');
  } catch (error) {
    onMissing(error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error));
    return undefined;
  }
}
