/**
 * The files of scenarios in folders that outlive them. They are told by their names: whose they are, and of which process. Whoever is left alive of a
 * scenario removes them: the worker at its end, else the process that started it; what a machine that was switched off left behind, the
 * next scenario of that name removes.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Longer than any scenario may last. */
const ABANDONED_MS = 2 * 3_600_000;
const WORD = /[^a-z0-9]+/gi;

/** A scenario's work, which is told what the paths of its files begin with. */
type Work = (beginning: string) => Promise<unknown>;

const stemOf = (scenario: string) => `kubevigil-scenario-${scenario}-`;
const ownerOf = (host: string, pid: number) => `${host.replace(WORD, '_')}-${pid}-`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether nobody is left who would remove it: of this machine its process is gone, or it is older than any scenario. */
function isAbandoned(folder: string, name: string, stem: string): boolean {
  const [, host = '', pid = ''] = /^(\w+)-(\d+)-/.exec(name.slice(stem.length)) ?? [];
  // One that begins anew may have the id of the one before it, as the first process of a container has.
  if (host === hostname().replace(WORD, '_')) return Number(pid) === process.pid || !isAlive(Number(pid));
  const { ctimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
  return ctimeMs !== undefined && ctimeMs < Date.now() - ABANDONED_MS;
}

function removeWhere(folder: string, isTold: (name: string) => boolean): void {
  for (const name of readdirSync(folder).filter(isTold))
    rmSync(join(folder, name), { recursive: true, force: true });
}

/** Has a scenario work with files of its own in a folder, of which none is left after it, however its worker ended. */
export async function withOwnFiles(scenario: string, folder: string, work: Work): Promise<void> {
  const stem = stemOf(scenario);
  removeWhere(folder, (name) => name.startsWith(stem) && isAbandoned(folder, name, stem));
  const own = stem + ownerOf(hostname(), process.pid);
  try {
    await work(join(folder, own));
  } finally {
    removeWhere(folder, (name) => name.startsWith(own));
  }
}
