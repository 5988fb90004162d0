import type { Lab } from './lab.ts';

/** One column of the table. */
export interface Check {
  readonly name: string;
  /** Makes causes, and tells the lab what is wrong. */
  run(lab: Lab): Promise<void>;
}
