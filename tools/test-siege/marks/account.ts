/** Whether every marked event was counted, once, and in the share of its own container: pure. */
import type { MarkKind } from './plan.ts';

/** A counter on a page, with the rule and owner that it is of. */
export interface Counted {
  readonly rule: string;
  /** As `namespace/pod/container`, empty parts for what is not named. */
  readonly owner: string;
  readonly value: number;
}

/** An event that took place. */
export interface Happened {
  readonly kind: MarkKind;
  readonly rule: string;
  /** As whose it may be counted: by its names, or by its ids before these are known. */
  readonly owners: readonly string[];
}

export interface Account {
  readonly kind: MarkKind;
  readonly marked: number;
  readonly found: number;
  readonly lost: number;
  /** Counted as somebody else's, or more often than they happened. */
  readonly wrong: number;
}

const LABELS = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The counters of the siege's rules on a page in text format. */
export function countersOf(page: string, metrics: ReadonlySet<string>): Counted[] {
  return page.split('\n').flatMap((line) => {
    const brace = line.indexOf('{');
    if (brace < 0 || !metrics.has(line.slice(0, brace)) || !line.includes('rule="siege_')) return [];
    const end = line.lastIndexOf('}');
    const labels = new Map(
      [...line.slice(brace, end).matchAll(LABELS)].map(([, name, value]) => [name, value]),
    );
    const owner = ['namespace', 'pod', 'container'].map((name) => labels.get(name) ?? '').join('/');
    return [{ rule: labels.get('rule') ?? '', owner, value: Number(line.slice(end + 2).split(' ')[0]) }];
  });
}

/** Holds the last value of every counter against what happened; the problems in words. */
export function judge(
  happened: readonly Happened[],
  counted: readonly Counted[],
): { readonly accounts: Account[]; readonly problems: string[] } {
  const values = new Map(counted.map(({ rule, owner, value }) => [`${rule} ${owner}`, value]));
  /** Events of the same owner and rule are one number on the page. */
  const groups = new Map<string, Happened[]>();
  for (const event of happened) {
    const key = `${event.rule} ${event.owners.join(' ')}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const totals = new Map<MarkKind, { marked: number; found: number; lost: number; wrong: number }>();
  const totalOf = (kind: MarkKind) => {
    const total = totals.get(kind) ?? { marked: 0, found: 0, lost: 0, wrong: 0 };
    totals.set(kind, total);
    return total;
  };
  const problems: string[] = [];
  const kindOfRule = new Map<string, MarkKind>();
  const claimed = new Set<string>();
  for (const events of groups.values()) {
    const [first] = events;
    if (first === undefined) continue;
    const { kind, rule, owners } = first;
    kindOfRule.set(rule, kind);
    const keys = owners.map((owner) => `${rule} ${owner}`);
    for (const key of keys) claimed.add(key);
    const found = keys.reduce((sum, key) => sum + (values.get(key) ?? 0), 0);
    const total = totalOf(kind);
    total.marked += events.length;
    total.found += Math.min(found, events.length);
    total.lost += Math.max(0, events.length - found);
    total.wrong += Math.max(0, found - events.length);
    if (found !== events.length)
      problems.push(`${rule} of ${owners[0]}: ${events.length} happened, ${found} were counted`);
  }
  for (const [key, value] of values) {
    if (value === 0 || claimed.has(key)) continue;
    const [rule = ''] = key.split(' ');
    const kind = kindOfRule.get(rule);
    if (kind !== undefined) totalOf(kind).wrong += value;
    problems.push(`${key}: ${value} counted of somebody who did nothing of the kind`);
  }
  return { accounts: [...totals].map(([kind, total]) => ({ kind, ...total })), problems };
}
