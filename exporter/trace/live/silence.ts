/** Fewer may be a kernel's own threads, which some versions count and do not record. */
const LEAST_FORKS = 10;

/**
 * Tells a trace that is silent from a node on which nothing happens: the kernel's own count of forks goes on without it.
 */
export class Silence {
  #since: { readonly forks: number; readonly starts: number } | undefined;
  #forks = 0;

  /**
   * Takes a look, some seconds after the one before.
   *
   * @param starts that the trace has told, read up to now
   * @param forks of /proc/stat, read after that: whoever is in `starts` is in it
   * @returns forks up to the look before of which the trace has told nothing until now, if they are many; else 0
   */
  look(starts: number, forks: number): number {
    const before = this.#forks;
    this.#forks = forks;
    if (this.#since?.starts !== starts) {
      this.#since = { forks, starts };
      return 0;
    }
    const untold = before - this.#since.forks;
    return untold < LEAST_FORKS ? 0 : untold;
  }
}
