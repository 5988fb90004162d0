/**
 * Keeps the guest's clock with the host's. An emulated CPU that waits for a real one loses time; the emulated real-time clock is the host's own, and loses none.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../guests/inside/shell.ts';

/** Whole seconds, see https://docs.kernel.org/admin-guide/rtc.html */
const RTC = '/sys/class/rtc/rtc0/since_epoch';
const LOOK_MS = 20;
const EVERY_MS = 30_000;
/** Less is not worth a step of the clock. */
const TOLERATED_MS = 300;

const seconds = () => Number(readFileSync(RTC, 'utf8'));

/** Waits for the next second to begin. @returns that second */
async function nextSecond(): Promise<number> {
  const before = seconds();
  for (;;) {
    const now = seconds();
    if (now !== before) return now;
    await sleep(LOOK_MS);
  }
}

export async function setClock(): Promise<void> {
  const second = await nextSecond();
  if (Math.abs(Date.now() - 1000 * second) > TOLERATED_MS) await run('date', '-s', `@${second}`);
}

/** Goes on for ever. */
export async function keepClock(): Promise<never> {
  for (;;) {
    await sleep(EVERY_MS);
    await setClock();
  }
}
