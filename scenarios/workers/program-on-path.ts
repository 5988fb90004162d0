import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Where a program is that is called by its name.
 *
 * @throws {Error} when it is nowhere
 */
export function programOnPath(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`there is no ${name} on PATH`);
}
