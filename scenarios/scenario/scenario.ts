/** What an anomaly is: something that child processes do for a while, and that ends with them. */
import type { ScenarioRole } from '../../dataset/episodes/contract.ts';
import type { OwnVictim } from '../victim/open-victim.ts';
import type { ColumnName } from './columns.ts';

/** How long and how hard, and what the scenario may use. */
export interface ScenarioOptions {
  readonly durationMs: number;
  /** From 0 (exclusive) to 1: the share of what the scenario may use at most. */
  readonly intensity: number;
  /** A folder of the caller's for files that the scenario writes; it leaves none behind. */
  readonly folder: string;
  /** Where the service that suffers answers, such as `http://127.0.0.1:24928`; see targets.ts for what is allowed. */
  readonly target?: string;
  /** The victim of the same process, where there is one. */
  readonly victim?: OwnVictim;
  /** Services of the cluster beside loopback that may be the target, each as `host:port`. */
  readonly allowedTargets?: readonly string[];
  /** Values for some of the scenario's parameters, in place of their defaults. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/** A quantity that the scenario can be told, and how much of it is too much. */
export interface Parameter {
  readonly help: string;
  readonly default: number;
  readonly most: number;
  /** Whether the intensity leaves it as it is; else it is multiplied by it. */
  readonly fixed?: true;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** What attacks are after, in one word each: a detector that takes a benign workload for an attack takes it for one of these. */
export type Family = 'web' | 'vulnerability' | 'post_exploitation' | 'resources';

/** How a footprint compares with the attack that it stands for: a sentence each. */
export interface Likeness {
  readonly like: string;
  readonly unlike: string;
}

export interface Scenario {
  /** The episode's label, such as `cpu_burn`. */
  readonly name: string;
  readonly help: string;
  readonly role: ScenarioRole;
  /** Of an attack. */
  readonly family?: Family;
  /** Of a benign workload: what a naive detector takes it for. */
  readonly resembles?: readonly Family[];
  /** The MITRE ATT&CK technique that an attack stands for; of a benign workload, the one that it is mistaken for. */
  readonly technique: string;
  /** The vulnerability whose footprint it is, such as `CVE-2021-44228`. */
  readonly cve?: string;
  readonly likeness?: Likeness;
  /** Default rules that match what it does. */
  readonly rules?: readonly string[];
  /** Dataset columns that it must move (attack) or may move (benign): those that the dataset at hand has. */
  readonly moves: readonly ColumnName[];
  /** Columns that it moves beside these where it runs in a cluster, whose kubelet and API server take part. */
  readonly movesInCluster?: readonly ColumnName[];
  /** Whether it is refused without a cluster. */
  readonly needsCluster?: true;
  readonly parameters: Parameters;
  readonly longestMs: number;
  /** Whether a target on loopback would move nothing. */
  readonly beyondLoopback?: true;
  /**
   * Whether it would be done, without doing it.
   *
   * @throws {ScenarioRefusal} one line: more than the caps allow, a target that is none, or not on this machine
   */
  check(options: ScenarioOptions): Promise<void>;
  /**
   * Resolves when the effect has stopped and nothing is left of it, also when it was stopped by the signal.
   *
   * @throws {ScenarioRefusal} as `check` does, before anything was done
   */
  run(options: ScenarioOptions, signal?: AbortSignal): Promise<void>;
}
