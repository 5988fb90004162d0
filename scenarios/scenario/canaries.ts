/** The folder of canary files, which nothing reads and the default rule canary_file_changed watches. */
import { accessSync, constants, readFileSync } from 'node:fs';

export const CANARIES = '/var/lib/kubevigil/canary';

/**
 * Whether no program may run from a folder, as its innermost mount has it.
 *
 * @param mountinfo `/proc/self/mountinfo`
 * @internal exported for its own tests
 */
export function forbidsPrograms(folder: string, mountinfo: string): boolean {
  const above = mountinfo
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , , at = '']) => at === '/' || `${folder}/`.startsWith(`${at}/`))
    .sort(([, , , , a = ''], [, , , , b = '']) => a.length - b.length);
  return above.at(-1)?.[5]?.split(',').includes('noexec') === true;
}

/** Why there can be no canary files here, nor programs among them where these are wanted; undefined when there can. */
export async function canaryObstacle(
  { programs = false } = {},
  folder = CANARIES,
): Promise<string | undefined> {
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return `there is no writable folder ${folder}: make it, and watch it with the rule canary_file_changed`;
  }
  return programs && forbidsPrograms(folder, readFileSync('/proc/self/mountinfo', 'utf8'))
    ? `no program may run from ${folder}: it is mounted with noexec`
    : undefined;
}
