/** What an anomaly is: something that a child process does for a while, and that ends with it. */

/** How long and how hard. */
export interface ScenarioOptions {
  readonly durationMs: number;
  /** From 0 (exclusive) to 1: the share of what the scenario may use at most. */
  readonly intensity: number;
  /** A folder of the caller's for files that the scenario writes; it leaves none behind. */
  readonly folder: string;
}

export interface Scenario {
  /** The episode's label, such as `cpu_burn`. */
  readonly name: string;
  readonly help: string;
  readonly role: 'attack' | 'benign';
  /** Dataset columns that it must move (attack) or may move (benign), in the catalogue's names. */
  readonly moves: readonly string[];
  /** Resolves when the effect has stopped and nothing is left of it. */
  run(options: ScenarioOptions, signal?: AbortSignal): Promise<void>;
}
