import { BuilderError } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import type { NodeRows } from '../../dataset/model/rows.ts';
import type { Plan } from '../plan/model.ts';
import { type Clock, pause } from './clock.ts';
import { Lateness } from './lateness.ts';

/** What is done with what is read. */
export interface Outlet {
  /** The rows of these steps; steps without any had no sample. */
  publish(rows: readonly NodeRows[], firstMs: number, lastMs: number): Promise<void>;
  /** This step cannot have rows. */
  skip(timeMs: number, message: string): Promise<void>;
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
  /** Called after each reading: a moment to plan again, which nothing waits for. */
  refresh(): void;
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
  const lateness = new Lateness((reason) => {
    log.warn('rows are late', { reason });
    outlet.late(next, reason);
  });

  async function read(lastMs: number): Promise<NodeRows[]> {
    if (failures > 0) await inlet.reconnect();
    return inlet.read(next, lastMs);
  }

  /** The steps are done with. */
  function move(lastMs: number): void {
    if (lateness.end()) log.info('rows are late no more', { failures });
    failures = 0;
    next = lastMs + inlet.plan.stepMs;
    inlet.refresh();
  }

  async function failed(error: unknown, lastMs: number): Promise<void> {
    if (signal.aborted) return;
    if (!(error instanceof BuilderError)) throw error;
    if (error.code !== 'data') {
      failures++;
      lateness.because(error.message);
      outlet.failed();
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS), signal);
    } else if (lastMs > next) {
      singlyUntil = lastMs;
    } else {
      await outlet.skip(next, error.message);
      move(next);
    }
  }

  try {
    while (!signal.aborted) {
      const { stepMs, delayMs } = inlet.plan;
      await clock.until(next + delayMs, signal);
      if (signal.aborted) return;
      lateness.begin();
      const closedMs = Math.floor((clock.nowMs() - delayMs) / stepMs) * stepMs;
      const atOnce = next <= singlyUntil ? 1 : STEPS_AT_ONCE;
      const lastMs = Math.min(Math.max(closedMs, next), next + (atOnce - 1) * stepMs);
      try {
        await outlet.publish(await read(lastMs), next, lastMs);
        move(lastMs);
      } catch (error) {
        await failed(error, lastMs);
      }
    }
  } finally {
    lateness.end();
  }
}
