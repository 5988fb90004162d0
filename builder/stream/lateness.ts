/** Rows that are not out so long after they were due are late. */
const LATE_MS = 2_000;

/** Notices when rows are late, once until they are late no more. */
export class Lateness {
  readonly #onLate: (reason: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #reason = '';
  #late = false;

  constructor(onLate: (reason: string) => void) {
    this.#onLate = onLate;
  }

  /** Rows are due from now on, if they were not before. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#reason = 'Prometheus does not answer in time';
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.#onLate(this.#reason);
    }, LATE_MS);
  }

  /** Why they may become late. */
  because(reason: string): void {
    this.#reason = reason;
  }

  /** The rows are out, or nobody waits for them; tells whether they were late. */
  end(): boolean {
    clearTimeout(this.#timer);
    const wasLate = this.#late;
    this.#timer = undefined;
    this.#late = false;
    return wasLate;
  }
}
