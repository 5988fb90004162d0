/**
 * Finds the programs that the demo and the tests run: on PATH, in the project's cache folder, or fetched as a
 * Debian package and unpacked into that folder. Nothing on the system is changed and root is not needed.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackDebianPackage } from './debian.ts';
import { CACHE } from './paths.ts';

const PACKAGE_OF = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-node-exporter': 'prometheus-node-exporter',
  'prometheus-process-exporter': 'prometheus-process-exporter',
  'prometheus-pushgateway': 'prometheus-pushgateway',
} as const;

/** A program that can be had without being installed. */
export type ProgramName = keyof typeof PACKAGE_OF;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function onPath(name: string): string | undefined {
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
  const unpacked = join(CACHE, 'debian', PACKAGE_OF[name]);
  const cached = join(unpacked, 'usr', 'bin', name);
  const found = fromEnvironment(name) ?? onPath(name) ?? [cached].find(isExecutable);
  if (found !== undefined) return found;
  try {
    await unpackDebianPackage(PACKAGE_OF[name], unpacked);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${name} is not on PATH and could not be fetched (${reason}): install ${PACKAGE_OF[name]} and run this again`,
      {
        cause: error,
      },
    );
  }
  return cached;
}
