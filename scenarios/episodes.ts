/** The ground truth of a campaign: which node was under which scenario, from when to when. */
import { renameSync, writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import type { Scenario } from './scenario.ts';

const COLUMNS = ['episode', 'scenario', 'start', 'end', 'node', 'role', 'run'] as const;

/** One line of episodes.csv; times in UTC milliseconds, the end empty while the episode is open. */
type EpisodeLine = Record<(typeof COLUMNS)[number], string>;

/** Writes episodes.csv as a campaign goes; each change replaces the whole file, so that a reader sees no half. */
export class EpisodeLog {
  readonly #path: string;
  readonly #run: string;
  readonly #lines: EpisodeLine[] = [];

  /** @param run the campaign's name, a column of every line */
  constructor(path: string, run: string) {
    this.#path = path;
    this.#run = run;
    this.#save();
  }

  /**
   * Records the scenario around `cause`: the start is written before it begins, the end after its effect stopped,
   * also when it fails.
   */
  async during(scenario: Scenario, node: string, cause: () => Promise<void>): Promise<void> {
    const line: EpisodeLine = {
      episode: `${this.#run}-${String(this.#lines.length + 1).padStart(3, '0')}`,
      scenario: scenario.name,
      start: String(Date.now()),
      end: '',
      node,
      role: scenario.role,
      run: this.#run,
    };
    this.#lines.push(line);
    this.#save();
    try {
      await cause();
    } finally {
      line.end = String(Date.now());
      this.#save();
    }
  }

  #save(): void {
    const beside = `${this.#path}.tmp`;
    writeFileSync(beside, stringify(this.#lines, { header: true, columns: [...COLUMNS] }));
    renameSync(beside, this.#path);
  }
}
