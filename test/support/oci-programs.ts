import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../tools/programs/find.ts';
import { CACHE } from '../../tools/programs/paths.ts';

/** A program of a container runtime, with the libraries that it needs and this machine may not have. */
export interface OciProgram {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

/** @throws {Error} one line, when it cannot be had or does not run here */
export async function findOciProgram(name: 'conmon' | 'crun' | 'runc'): Promise<OciProgram> {
  const file = await program(name);
  const libraries = join(CACHE, 'debian', name, 'usr', 'lib');
  const folders = existsSync(libraries)
    ? readdirSync(libraries).map((folder) => join(libraries, folder))
    : [];
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
  const { status, stderr, error } = spawnSync(file, ['--version'], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} does not run here: ${error?.message ?? stderr.trim()}`);
  return { file, env };
}
