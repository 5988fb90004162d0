import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Call it inside `describe`: what it returns makes empty folders, which are removed when the tests are over. */
export function temporaryFolder(): () => string {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    folders.push(folder);
    return folder;
  };
}

/** Call it inside `describe`: what it returns gives paths in a folder that is a fresh one for each test. */
export function temporaryPaths(): (...names: readonly string[]) => string {
  const fresh = temporaryFolder();
  let folder = '';
  beforeEach(() => {
    folder = fresh();
  });
  return (...names) => join(folder, ...names);
}
