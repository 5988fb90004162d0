/**
 * The table of evasions: what is tried, which rule or metric it would evade, and what comes of it. The documentation is generated from it, and
 * evasion.machine.test.ts runs every row. Nothing in this folder starts anything when it is imported.
 */
import type { V1Pod } from '@kubernetes/client-node';

/** What shows on the page: a rule, or a metric of the exporter's (without `kubevigil_`) and the value of its first label. */
export type Sign = string;

/** What comes of a row; texts are sentences of the documentation. */
export type Outcome =
  /** By what it would evade. */
  | { readonly kind: 'seen' }
  /** By none of what it would evade, and by all of these. */
  | { readonly kind: 'otherwise'; readonly by: readonly Sign[]; readonly why: string }
  /** Each time by what it would evade, or else counted by this: which, the machine's load decides. */
  | { readonly kind: 'counted'; readonly by: Sign; readonly why: string }
  /** By nothing that is attributed to the container, or to the rule. */
  | { readonly kind: 'unseen'; readonly why: string; readonly cost: string };

export const SEEN: Outcome = { kind: 'seen' };
export const otherwise = (by: readonly Sign[], why: string): Outcome => ({ kind: 'otherwise', by, why });
export const counted = (by: Sign, why: string): Outcome => ({ kind: 'counted', by, why });
export const unseen = (why: string, cost: string): Outcome => ({ kind: 'unseen', why, cost });

interface RowText {
  /** Unique, kebab-case. */
  readonly id: string;
  /** What the attacker does: goes on after "The attacker …"; Markdown. */
  readonly attack: string;
  /** Any of them is what should see it. */
  readonly evades: readonly [Sign, ...Sign[]];
  readonly outcome: Outcome;
}

/** What a row in a container may ask for. */
export interface ContainerNeeds {
  /** A network namespace of its own, in which every address is its own. */
  readonly network?: boolean;
  /** All capabilities, where a runtime gives a part of them. */
  readonly privileged?: boolean;
  /** The row is the container's beginning; else a service was attacked that has listened already. */
  readonly hasJustBegun?: boolean;
}

/** A row of Perl, run in a container of its own; see attacker.pl for what it has. */
export interface ContainerRow extends RowText {
  readonly in: 'container';
  readonly needs?: ContainerNeeds;
  /** Such a thing is done so often; each must be seen. Default: 1. */
  readonly times?: number;
  /** Done before with all rights and not in the container: what its image and its pod give it. */
  readonly prepare?: string;
  /** Done in the container before, and looked at: what is counted of that is not the row's. */
  readonly earlier?: string;
  readonly perl: string;
}

/** A folder that stands for the host's root: the rule's own paths are looked at below it. */
export interface HostFolder {
  /** Where a path of the host is. */
  at(path: string): string;
  /** Writes a file, with the folders above it. */
  write(path: string, text: string): void;
  append(path: string, text: string): void;
  /** Runs Perl with what attacker.pl has. */
  perl(code: string, ...args: readonly string[]): Promise<void>;
}

/** A row on the host's files: steps, between any two of which the agent looks; before the first as well, and after the last. */
export interface HostRow extends RowText {
  readonly in: 'host';
  /** Before the agent starts to look. */
  readonly before?: (host: HostFolder) => void;
  readonly steps: readonly ((host: HostFolder) => Promise<void> | void)[];
  /** How many changes or lines must be counted. Default: 1. */
  readonly times?: number;
}

/** A row on what the API server says of a pod. */
export interface PodRow extends RowText {
  readonly in: 'pod';
  readonly spec: NonNullable<V1Pod['spec']>;
}

export type Row = ContainerRow | HostRow | PodRow;

/** Rows of one kind, a section of the documentation. */
export interface Family {
  readonly title: string;
  /** Said once for all rows, before their table. */
  readonly note?: string;
  readonly rows: readonly Row[];
}
