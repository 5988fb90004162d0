import type { FeaturePlan } from './plan.ts';

/** A gap: more than one step and a half between two rows. */
const GAP_STEPS = 1.5;

/** What a row finds. */
export interface Ready {
  /** Whether the node's past begins anew with this row. */
  readonly isNewPast: boolean;
  /** Whether the window is complete and the past known. */
  readonly isReady: boolean;
}

/** Tells from the times of a node's rows alone which of them can be scored. */
export class Readiness {
  readonly #plan: Pick<FeaturePlan, 'stepMs' | 'horizonMs' | 'window' | 'learningRows'>;
  #lastMs = Number.NaN;
  #pastRows = 0;
  #windowRows = 0;

  constructor(plan: Pick<FeaturePlan, 'stepMs' | 'horizonMs' | 'window' | 'learningRows'>) {
    this.#plan = plan;
  }

  /** @throws {RangeError} for a row that is not later than the last */
  next(timeMs: number): Ready {
    const { stepMs, horizonMs, window, learningRows } = this.#plan;
    if (timeMs <= this.#lastMs) throw new RangeError('the rows of a node must come in the order of time');
    const away = timeMs - this.#lastMs;
    this.#lastMs = timeMs;
    const isNewPast = away > horizonMs;
    if (isNewPast) this.#pastRows = 0;
    if (away > GAP_STEPS * stepMs) this.#windowRows = 0;
    this.#pastRows++;
    this.#windowRows = Math.min(window, this.#windowRows + 1);
    const isReady = this.#windowRows === window && this.#pastRows > learningRows;
    return { isNewPast, isReady };
  }
}
