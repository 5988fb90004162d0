import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Cell, type Cells, HOSTILE_SHARES, LOG_LABEL, logFolderOf, podOf } from './cells.ts';
import { FLOODS, type FloodName } from './flood-scripts.ts';
import type { Cluster } from './marks/causes.ts';

export interface Flood {
  readonly name: FloodName;
  readonly wantedRate: number;
  /** How much it has done, and in how many seconds. */
  done(): { readonly count: number; readonly seconds: number };
  stop(): Promise<void>;
}

function folderOf(name: FloodName, folder: string, cell: Cell): string {
  if (name === 'logs') return join(folder, 'log', 'pods', logFolderOf(cell));
  if (name === 'logins') return join(folder, 'log');
  return join(folder, 'flood');
}

/** Starts a flood in a container of its own, that requests nothing and is behind everybody. */
export function startFlood(
  name: FloodName,
  scale: number,
  folder: string,
  cells: Cells,
  cluster: Cluster,
): Flood {
  const cell = cells.make(`flood-${name}`, 'besteffort', HOSTILE_SHARES);
  cluster.put(podOf(cell, name === 'logs' ? LOG_LABEL : {}));
  const own = folderOf(name, folder, cell);
  mkdirSync(own, { recursive: true });
  if (name === 'execs') copyFileSync('/bin/true', join(own, 'program'));
  const { script, rate } = FLOODS[name];
  const wantedRate = rate * scale;
  const arguments_ = [cell.doors.join('\n'), String(wantedRate), own];
  const child = spawn('perl', ['-e', script, ...arguments_], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const began = performance.now();
  let count = 0;
  let seconds = 0;
  createInterface(child.stdout).on('line', (line) => {
    count = Number(line);
    seconds = (performance.now() - began) / 1_000;
  });
  return {
    ...{ name, wantedRate },
    done: () => ({ count, seconds }),
    async stop() {
      child.stdin.end();
      await ended;
      cluster.delete(cell.podUid);
    },
  };
}
