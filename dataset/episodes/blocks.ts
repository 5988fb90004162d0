/** Time divided between episodes: what a split by episode and the preview of a campaign have in common. */
import { Apportionment, type Share, unit } from './apportion.ts';

/** What is divided: an episode, or a campaign, with all its nodes and its recovery. */
export interface Span {
  readonly name: string;
  /** What it is one of, such as a scenario in a role: parts get their shares of each. */
  readonly stratum: string;
  /** The campaign that it is of. */
  readonly run?: string;
  /** First and last row that it has a say in. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A time that is not divided, called after the span that begins it. */
export interface Block<Part extends string> {
  readonly name: string;
  readonly part: Part;
  readonly lastMs: number;
  /** The last row that goes with it. */
  readonly untilMs: number;
}

/** Spans that lie closer together than the embargo. */
interface Group {
  readonly spans: readonly Span[];
  readonly firstMs: number;
  readonly lastMs: number;
}

/** @param spans by their first row */
function groupsOf(spans: readonly Span[], embargoMs: number): Group[] {
  const groups: Group[] = [];
  for (const span of spans) {
    const before = groups.at(-1);
    if (before !== undefined && span.firstMs <= before.lastMs + embargoMs) {
      const lastMs = Math.max(before.lastMs, span.lastMs);
      groups[groups.length - 1] = { ...before, spans: [...before.spans, span], lastMs };
    } else {
      groups.push({ spans: [span], firstMs: span.firstMs, lastMs: span.lastMs });
    }
  }
  return groups;
}

/** How blocks get their parts. */
export interface Dividing<Part extends string> {
  readonly shares: readonly Share<Part>[];
  readonly seed: string;
  /** Whether each stratum is divided by itself, in the order of time; else the hash of the name alone decides. */
  readonly isStratified: boolean;
  readonly embargoMs: number;
  readonly stepMs: number;
  /** The last row of all. */
  readonly lastMs: number;
  /** The part of spans that are not divided by chance. */
  readonly fixed?: (span: Span) => Part | undefined;
}

/** The part that a name falls into: about the shares of all names, and always the same for the same seed. */
export function partByHash<Part extends string>(
  seed: string,
  name: string,
  shares: readonly Share<Part>[],
): Part {
  const at = unit(seed, name);
  let until = 0;
  for (const { part, share } of shares.slice(0, -1)) {
    until += share;
    if (at < until) return part;
  }
  return shares.at(-1)?.part as Part;
}

/**
 * Divides time: each span takes the time around it along, for all nodes. The time between two is shared, after the embargo has been
 * taken out of it. What a group is given depends on the span that begins it and on those before: a span that comes later moves none.
 *
 * @param spans by their first row
 */
export function blocksOf<Part extends string>(
  spans: readonly Span[],
  { shares, seed, isStratified, embargoMs, stepMs, lastMs, fixed }: Dividing<Part>,
): Block<Part>[] {
  const apportionment = new Apportionment(shares, seed);
  const groups = groupsOf(spans, embargoMs);
  return groups.map(({ spans: own, lastMs: ownLastMs }, i) => {
    const [first] = own as [Span, ...Span[]];
    const told = own.map((span) => fixed?.(span)).find((part) => part !== undefined);
    const drawn = () =>
      isStratified ? apportionment.next(first.stratum) : partByHash(seed, first.name, shares);
    const part = told ?? drawn();
    if (told === undefined) for (const { stratum } of own) apportionment.give(stratum, part);
    const next = groups[i + 1];
    const untilMs =
      next === undefined ? lastMs : Math.floor((ownLastMs + next.firstMs - embargoMs) / 2 / stepMs) * stepMs;
    return { name: first.name, part, lastMs: ownLastMs, untilMs };
  });
}

/** The place of the first of ascending blocks that goes on until `ms` or later. */
function firstAtOrAfter(blocks: readonly { readonly untilMs: number }[], ms: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle]?.untilMs ?? ms) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the row of a time belongs to; undefined after the last block. */
export function splitAt<Part extends string>(
  blocks: readonly Block<Part>[],
  embargoMs: number,
  t: number,
): Part | 'embargo' | undefined {
  const at = firstAtOrAfter(blocks, t);
  const part = blocks[at]?.part;
  if (part === undefined) return undefined;
  const before = blocks[at - 1];
  return before !== undefined && before.part !== part && t <= before.untilMs + embargoMs ? 'embargo' : part;
}
