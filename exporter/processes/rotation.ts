/** How many take their turn at once: a share of all, within bounds. */
export interface Share {
  readonly of: number;
  readonly least: number;
  readonly most: number;
}

/** Gives the members of a map their turn, some at a time, in the order in which they came. */
export class Rotation<T> {
  readonly #members: ReadonlyMap<unknown, T>;
  readonly #share: Share;
  /** Goes on to members that come later, and passes over those that went. */
  #next: IterableIterator<T>;

  constructor(members: ReadonlyMap<unknown, T>, share: Share) {
    this.#members = members;
    this.#share = share;
    this.#next = members.values();
  }

  /** Those whose turn it is; each at most once. */
  due(): T[] {
    const { of, least, most } = this.#share;
    const share = Math.max(least, Math.ceil(this.#members.size / of));
    const count = Math.min(most, share, this.#members.size);
    const due: T[] = [];
    while (due.length < count) {
      const { value, done } = this.#next.next();
      if (done === true) this.#next = this.#members.values();
      else due.push(value);
    }
    return due;
  }
}
