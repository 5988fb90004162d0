/**
 * Hostile clients, in a process of their own so that they hold up nobody who measures. Its argument is an {@link Order} as
 * JSON; every second it writes what it has done so far. It ends when its standard input does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tally, Target } from './connection.ts';
import { addressOf, type HostileKind, KINDS } from './kinds.ts';

export interface Order {
  readonly target: Target;
  readonly kinds: readonly HostileKind[];
  /** Of each kind, at a time. */
  readonly connections: number;
}

const REPORT_MS = 1_000;
const AFTER_FAILURE_MS = 100;
/** Not all at the same moment. */
const SPREAD_MS = 1_000;

const { target, kinds, connections } = JSON.parse(process.argv[2] ?? '') as Order;
const tallies: Partial<Record<HostileKind, Tally>> = {};

async function live(kind: HostileKind, tally: Tally): Promise<never> {
  await sleep(Math.random() * SPREAD_MS);
  for (;;) {
    try {
      await KINDS[kind]({ target, address: addressOf(kind), tally });
    } catch {
      await sleep(AFTER_FAILURE_MS); // it was not let in
    }
    tally.ended++;
  }
}

for (const kind of kinds) {
  const tally: Tally = { opened: 0, ended: 0, answers: {} };
  tallies[kind] = tally;
  for (let i = 0; i < connections; i++) void live(kind, tally);
}
setInterval(() => process.stdout.write(`${JSON.stringify(tallies)}\n`), REPORT_MS);
process.stdin.resume().once('end', () => process.exit());
