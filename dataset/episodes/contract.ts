/**
 * The contract of ground truth: what the scenarios write and expose, and what the builder reads. Whatever both must agree on is
 * here: who an episode is about, its key, the columns of an episodes file, the metrics, and for how long these are exposed.
 */
import { scenarioMetrics } from '../../exporter/catalogue/programs/scenario.ts';

/** The metrics of an episode: their names, and the labels that tell which episode it is. */
export const EPISODE_METRICS = scenarioMetrics;

/** An episode's end is exposed for so long, so that it is scraped. */
export const EXPOSED_AFTER_END_MS = 600_000;

/** The columns of an episodes file, in the order in which they are written; those of `RARE_COLUMNS` are left out where nobody tells one. */
export const EPISODE_COLUMNS = [
  ...(['episode', 'scenario', 'start', 'end', 'cluster'] as const),
  ...(['node', 'namespace', 'pod', 'role', 'involvement', 'run', 'chain', 'stage'] as const),
];

/** Columns that a file has only where an episode tells them. */
export const RARE_COLUMNS = ['cluster', 'involvement', 'chain', 'stage'] as const;

/** Those without which a file is none. */
export const REQUIRED_COLUMNS = ['episode', 'scenario', 'start', 'end', 'node'] as const;

/** What the scenarios are: attacks, and benign workloads that look like them. Others may write other roles, all of which are attacks. */
export const SCENARIO_ROLES = ['attack', 'benign'] as const;
export type ScenarioRole = (typeof SCENARIO_ROLES)[number];

/** Of an episode that tells none. */
export const DEFAULT_ROLE: ScenarioRole = 'attack';

/** Whether an episode is a benign workload; every other role is an attack's. */
export function isBenign({ role }: { readonly role: string }): boolean {
  return role === 'benign';
}

/**
 * What a pod has to do with an attack: its processes do it, it is done to it, or it was there and is neither. One that attacks itself is
 * an attacker.
 */
export const INVOLVEMENTS = ['attacker', 'victim', 'bystander'] as const;
export type Involvement = (typeof INVOLVEMENTS)[number];

/** Whether a line makes no attack of the rows that it concerns: of a benign workload, or about a pod that had no part in the attack. */
export function isHarmless(line: Pick<EpisodeLine, 'role' | 'involvement'>): boolean {
  return isBenign(line) || line.involvement === 'bystander';
}

/** What an episode is about: a node, or a pod on it. Without a pod its names are empty. */
export interface Subject {
  /** As Prometheus has it; absent where nobody tells it, as when there is one cluster. */
  readonly cluster?: string | undefined;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
}

/** Of an episode that is a stage of a longer attack: which attack, and which of its stages. */
export interface ChainPlace {
  /** Names the whole attack: the same in all its stages, on all nodes. */
  readonly chain: string;
  /** Such as `scan` or `exfiltration`; a stage may have several episodes. */
  readonly stage: string;
}

/** One line of the ground truth: a time during which something was done, [startMs, endMs). An episode has one for each subject that it affects. */
export interface EpisodeLine<Role extends string = string> extends Subject, Partial<ChainPlace> {
  readonly episode: string;
  readonly scenario: string;
  /** UTC milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** `benign` for a workload that only looks like an attack; anything else, such as `attack` or `victim`, is an attack. */
  readonly role: Role;
  /** Of the pod; absent where nobody tells it, as in files from before there was such a column. */
  readonly involvement?: Involvement | undefined;
  /** The campaign, empty when it has none. */
  readonly run: string;
}

/** A line as it was read. */
export interface Episode extends EpisodeLine {
  /** Where it was written: `episodes.csv line 3`. */
  readonly place: string;
  /** Place of its source among the label sources: the first, 0, when it is not given. */
  readonly rank?: number;
}

/** Whom a text names: of lines with the same key, there can be one. */
export function lineKey({
  episode,
  cluster,
  node,
  namespace,
  pod,
}: Subject & { readonly episode: string }): string {
  return JSON.stringify([episode, cluster, node, namespace, pod]);
}

/** A node for people: `cluster/node`, or its name alone. */
export function nodeText({ cluster, node }: Pick<Subject, 'cluster' | 'node'>): string {
  return cluster === undefined ? node : `${cluster}/${node}`;
}
