import { isHarmless, type SourceError } from '../base/errors.ts';
import type { agentMetrics } from '../catalogue/agent.ts';
import { UnansweredError } from './hang-guard.ts';

export type UnseenReason = (typeof agentMetrics.unseen.labels.reason)[number];

/** Counts what the agent should have looked at and could not, by reason. One for the whole agent. */
export class Unseen {
  readonly #counts = new Map<UnseenReason, number>();

  /** From now on the reason is counted: without any, its series is 0. A reason that nobody looks for has none. */
  expect(...reasons: readonly UnseenReason[]): void {
    for (const reason of reasons) this.note(reason, 0);
  }

  note(reason: UnseenReason, times = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + times);
  }

  /** Counts what could not be read under the reason; what waits for a mount was counted as that already. */
  noteErrors(reason: UnseenReason, errors: readonly SourceError[]): void {
    const own = errors.filter((error) => !isHarmless(error) && !(error instanceof UnansweredError));
    this.note(reason, own.length);
  }

  counts(): Iterable<readonly [UnseenReason, number]> {
    return this.#counts;
  }
}
