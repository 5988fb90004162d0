/** What a check found, as one line between the machine and the host. */
export interface Result {
  readonly check: string;
  /** What is wrong; nothing when all is right. */
  readonly problems: readonly string[];
  /** How many values were held against something. */
  readonly compared: number;
  readonly seconds: number;
}
