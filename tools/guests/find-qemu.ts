import { command } from '../programs/debian.ts';
import { onPath } from '../programs/find.ts';

const PROGRAM = 'qemu-system-x86_64';
const PACKAGE = 'qemu-system-x86';

/**
 * The emulator, which is installed where that can be done: it has a hundred libraries, unlike what is kept in the cache folder.
 *
 * @throws {Error} one line that says what to install
 */
export async function findQemu(tell: (line: string) => void): Promise<string> {
  const found = onPath(PROGRAM);
  if (found !== undefined) return found;
  const why = `${PROGRAM} is not here`;
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined)
    throw new Error(`${why}: install ${PACKAGE}`);
  tell(`${why}: installing Debian's ${PACKAGE}`);
  await command('apt-get', ['-q', 'update'], '/');
  await command('apt-get', ['-q', '-y', '--no-install-recommends', 'install', PACKAGE], '/');
  const installed = onPath(PROGRAM);
  if (installed === undefined) throw new Error(`${why}: install ${PACKAGE}`);
  return installed;
}
