/** Which marked events there are, when, and whose they are: pure. */
import { randomFrom } from '../../../common/random.ts';

export const MARK_KINDS = ['exec', 'connection', 'file', 'log'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** Rules of each kind; a marked container has one of each of its own, shared with few others. */
export const RULES_PER_KIND = 8;

/** Of a hundred marks; every tenth exec is one of a container that lives for that alone. */
const PER_HUNDRED: Readonly<Record<MarkKind, number>> = { exec: 40, connection: 25, file: 15, log: 20 };
const SHORT_LIVED_EVERY = 10;

export interface Mark {
  readonly kind: MarkKind;
  readonly atMs: number;
  /** Which of the marked containers; undefined: one that lives for this event alone. */
  readonly container: number | undefined;
  readonly rule: string;
  /** Its number among all. */
  readonly number: number;
}

const ruleName = (kind: MarkKind, container: number) => `siege_${kind}_${container % RULES_PER_KIND}`;

/** `count` marks spread evenly at random over `lastsMs`, in the order of their times. */
export function planMarks(count: number, containers: number, lastsMs: number, seed: number): Mark[] {
  const random = randomFrom(seed);
  const kinds = MARK_KINDS.flatMap((kind) => Array<MarkKind>(PER_HUNDRED[kind]).fill(kind));
  const marks = Array.from({ length: count }, (_, i) => {
    // Steps that share no factor with a hundred mix the kinds, and give each its part of every hundred.
    const kind = kinds[(i * 37) % kinds.length] ?? 'exec';
    const container = Math.floor(random() * containers);
    const isShortLived = kind === 'exec' && i % SHORT_LIVED_EVERY === 0;
    return {
      ...{ kind, atMs: random() * lastsMs, rule: ruleName(kind, container), number: i },
      container: isShortLived ? undefined : container,
    };
  });
  return marks.sort((a, b) => a.atMs - b.atMs);
}
