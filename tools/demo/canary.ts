import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where file_tamper works, which the default rule canary_file_changed watches. */
const FOLDER = '/var/lib/kubevigil/canary';

/** Makes the folder where there is none. @returns what takes away again what was made */
export function makeCanaryFolder(canaries: string = FOLDER): () => void {
  const uppermost = mkdirSync(canaries, { recursive: true });
  return () => {
    if (uppermost === undefined) return;
    for (let folder = canaries; folder.startsWith(uppermost); folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        return; // somebody else has put something there meanwhile
      }
    }
  };
}
