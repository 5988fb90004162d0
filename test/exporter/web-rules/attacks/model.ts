import type { Request } from '../request.ts';

/** Where a request carries it. */
export type Channel = 'value' | 'target' | 'agent' | 'referer' | 'content-type';

/** Attacks of a kind, as they are published in lists for tests, in words of our own. */
export interface AttackKind {
  /** The rule that must see them. */
  readonly rule: string;
  readonly channel: Channel;
  readonly payloads: readonly string[];
  /** How else they are written without becoming something else: names of mutations. */
  readonly mutations: readonly string[];
  readonly more?: Partial<Request>;
}
