import type { Logger } from '../../common/log.ts';
import { BuilderError, messageOf } from '../errors.ts';
import type { NodeRows } from '../model.ts';
import type { Plan } from '../stages/plan.ts';
import { type Clock, pause } from './clock.ts';

/** What is done with what is read. */
export interface Outlet {
  /** The rows of these steps; steps without any had no sample. */
  publish(rows: readonly NodeRows[], firstMs: number, lastMs: number): void;
  /** This step cannot have rows. */
  skip(timeMs: number, message: string): void;
  /** This step is due, and its rows cannot be had yet. */
  late(timeMs: number, message: string): void;
  /** Prometheus could not be read; it will be tried again. */
  failed(): void;
}

/** Where rows come from. */
interface Inlet {
  readonly plan: Plan;
  read(firstMs: number, lastMs: number): Promise<NodeRows[]>;
  reconnect(): Promise<void>;
  refresh(): Promise<void>;
}

export interface FollowOptions {
  /** The first step. */
  readonly firstMs: number;
  readonly inlet: Inlet;
  readonly outlet: Outlet;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Rows that are not out so long after their step has closed are late. */
const LATE_MS = 2_000;
/** Steps that are read together when several are due: at the start, or when Prometheus is back. */
const STEPS_AT_ONCE = 240;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Reads each step once it has closed, in order and without leaving one out, until the signal. When Prometheus is away
 * the step waits, and those that closed meanwhile are read together. Samples that cannot make rows leave a gap.
 */
export async function follow({ firstMs, inlet, outlet, clock, log, signal }: FollowOptions): Promise<void> {
  let next = firstMs;
  /** Up to here each step is read alone, to find the one that cannot have rows. */
  let singlyUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let isLate = false;

  const beLate = (message: string) => {
    if (isLate || signal.aborted) return;
    isLate = true;
    log.warn('rows are late', { reason: message });
    outlet.late(next, message);
  };

  /** Reads, and tells meanwhile when that takes too long. */
  async function read(lastMs: number): Promise<NodeRows[]> {
    const timer = setTimeout(() => beLate('Prometheus does not answer in time'), LATE_MS);
    try {
      if (failures > 0) await inlet.reconnect();
      return await inlet.read(next, lastMs);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns whether the steps are done with */
  async function attempt(lastMs: number): Promise<boolean> {
    try {
      const rows = await read(lastMs);
      if (isLate) log.info('rows are late no more', { failures });
      isLate = false;
      failures = 0;
      outlet.publish(rows, next, lastMs);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof BuilderError)) throw error;
      if (error.code === 'data') return leaveGap(error, lastMs);
      failures++;
      outlet.failed();
      beLate(messageOf(error));
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS), signal);
      return false;
    }
  }

  function leaveGap(error: BuilderError, lastMs: number): boolean {
    if (lastMs > next) {
      singlyUntil = lastMs;
      return false;
    }
    outlet.skip(next, error.message);
    return true;
  }

  while (!signal.aborted) {
    const { stepMs, delayMs } = inlet.plan;
    await clock.until(next + delayMs, signal);
    if (signal.aborted) return;
    const closedMs = Math.floor((clock.nowMs() - delayMs) / stepMs) * stepMs;
    const atOnce = next <= singlyUntil ? 1 : STEPS_AT_ONCE;
    const lastMs = Math.min(Math.max(closedMs, next), next + (atOnce - 1) * stepMs);
    if (!(await attempt(lastMs))) continue;
    next = lastMs + stepMs;
    await inlet.refresh();
  }
}
