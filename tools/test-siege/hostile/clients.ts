import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Cell } from '../cells.ts';
import { ENTER } from '../marks/actor.ts';
import type { Order } from './clients-main.ts';
import type { Tally } from './connection.ts';
import type { HostileKind } from './kinds.ts';

const PROGRAM = fileURLToPath(new URL('./clients-main.js', import.meta.url));

export interface HostileClients {
  /** What they have done so far. */
  tallies(): Partial<Record<HostileKind, Tally>>;
  stop(): Promise<void>;
}

/** Starts hostile clients in a container that requests nothing: they take what CPU the exporter leaves them, as if they had one of their own elsewhere. */
export function startHostile(order: Order, { doors }: Cell): HostileClients {
  const enter = ['-e', `${ENTER} exec @ARGV or die`, doors.join('\n')];
  const child = spawn('perl', [...enter, process.execPath, PROGRAM, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let last: Partial<Record<HostileKind, Tally>> = {};
  createInterface(child.stdout).on('line', (line) => {
    last = JSON.parse(line) as typeof last;
  });
  return {
    tallies: () => last,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
