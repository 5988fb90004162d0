/**
 * When rows above the threshold become an alarm of a node, and when it ends: `least` of the last `of` rows raise it, and it ends
 * when none of them is above. One row alone raises none, and a row below between two above does not end it.
 */
export interface AlarmRule {
  readonly least: number;
  readonly of: number;
}

const ALARM_RULE: AlarmRule = { least: 2, of: 3 };

/** The alarm of one node, row after row. */
export class AlarmState {
  readonly #rule: AlarmRule;
  /** Of the last rows, the newest last. */
  #recent: boolean[] = [];
  #isOn = false;

  constructor(rule: AlarmRule = ALARM_RULE) {
    this.#rule = rule;
  }

  /**
   * Takes the next row of the node.
   *
   * @param isAbove whether its score is above the threshold; a row that has no score is not
   * @returns whether the alarm is on
   */
  next(isAbove: boolean): boolean {
    const { least, of } = this.#rule;
    this.#recent = [...this.#recent.slice(1 - of), isAbove].slice(-of);
    const above = this.#recent.filter(Boolean).length;
    if (above >= least) this.#isOn = true;
    else if (above === 0) this.#isOn = false;
    return this.#isOn;
  }
}
