/** So many at a look, at 8 µs each while the kernel has them in memory. */
const FILES_PER_LOOK = 32;

/**
 * Which files are read again although their times say that nothing changed: a part of them at each look, evenly spread, so that each has its turn.
 *
 * Dirty Pipe (CVE-2022-0847) changed the content of files in the kernel's memory without any change of their times, and so does a mapping of
 * them that is written to a second time.
 */
export class Rereads {
  #looks = 0;
  #files = 0;
  #each = 1;

  /** Begins a look. */
  begin(): void {
    this.#each = Math.max(1, Math.ceil(this.#files / FILES_PER_LOOK));
    this.#files = 0;
    this.#looks += 1;
  }

  /** Whether the next file, in an order that stays, has its turn in this look. */
  isTurn(): boolean {
    const at = this.#files;
    this.#files += 1;
    return at % this.#each === this.#looks % this.#each;
  }
}
