/** A bounded queue in which sources take turns: who puts in a hundred waits for himself. */
export class FairQueue<Item> {
  readonly #most: number;
  /** Those with something waiting, in the order of their turns. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Puts one in; what has to go for it when it is too many: the last of the longest line, which may be this one. */
  put(source: string, item: Item): Item | undefined {
    const line = this.#lines.get(source) ?? [];
    this.#lines.set(source, line);
    line.push(item);
    this.#size++;
    return this.#size > this.#most ? this.#dropLast() : undefined;
  }

  /** Takes the first of the source whose turn it is. */
  take(): Item | undefined {
    const [next] = this.#lines;
    if (next === undefined) return undefined;
    const [source, line] = next;
    const item = line.shift();
    this.#size--;
    this.#lines.delete(source);
    if (line.length > 0) this.#lines.set(source, line);
    return item;
  }

  #dropLast(): Item | undefined {
    const length = Math.max(...[...this.#lines.values()].map((line) => line.length));
    const longest = [...this.#lines].findLast(([, line]) => line.length === length);
    if (longest === undefined) return undefined;
    const [source, line] = longest;
    const item = line.pop();
    this.#size--;
    if (line.length === 0) this.#lines.delete(source);
    return item;
  }
}
