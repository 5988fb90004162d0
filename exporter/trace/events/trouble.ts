/** The first that went wrong since somebody was told: what goes wrong on a timer has nobody to be thrown at. */
export class Trouble {
  #error: unknown;

  readonly note = (error: unknown): void => {
    this.#error ??= error;
  };

  /** Does something that may fail; what it throws is noted. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.note(error);
    }
  }

  /** @throws what was noted, once */
  tell(): void {
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }
}
