import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** As the default rule package_manager_in_container has them; `--version` of each does nothing. */
const NAMES = ['dpkg', 'apt-get', 'apk', 'rpm'];

/** The package managers that this machine has. */
export function packageManagers(path = process.env['PATH'] ?? ''): string[] {
  const folders = path.split(delimiter);
  return NAMES.filter((name) =>
    folders.some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
}
