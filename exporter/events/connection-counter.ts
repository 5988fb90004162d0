import { connectionsMetrics } from '../catalogue/connections.ts';
import type { RuleEvent } from '../catalogue/events/fields.ts';
import { OTHER_POD, UNKNOWN_POD } from '../catalogue/model/reserved-pods.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { MatchCounts } from '../counters/match-counts.ts';
import { HOST_POD, type PodOwner, podFields, type Whereabouts } from '../owners/owners.ts';
import type { RuleOn } from '../rules/model.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { classOf } from './address-class.ts';
import { Destinations } from './destinations.ts';

const UNKNOWN: PodOwner = { namespace: '', pod: UNKNOWN_POD };
const OTHER: PodOwner = { namespace: '', pod: OTHER_POD };

/** A TCP connect that began, whatever came of it. */
export interface Connect {
  /** IPv4 also where IPv6 carries it. */
  readonly address: string;
  readonly port: number;
}

/** Told of a match. */
type OnConnection = (rule: RuleOn<'connection'>, owner: PodOwner, event: RuleEvent<'connection'>) => void;

const keyOf = ({ namespace, pod }: PodOwner) => `${namespace}/${pod}`;

/** Metric 16: first connects of a pod to an address and port, by the rule that they match. */
export class ConnectionCounter {
  readonly #counts: MatchCounts<PodOwner>;
  readonly #always: readonly PodOwner[];
  readonly #destinations = new Destinations();

  /** @param always owners that have series whoever is known; those of what cannot be told only where that happens */
  constructor(always: readonly PodOwner[] = [HOST_POD, UNKNOWN]) {
    this.#always = always;
    this.#counts = new MatchCounts<PodOwner>(always, OTHER);
  }

  /** Takes note of a destination of old, which does not count. */
  know({ address, port }: Connect, owner: PodOwner): void {
    this.#destinations.isNew(keyOf(owner), address, port);
  }

  /**
   * @param where undefined when the process's control group could not be told
   * @param onMatch is told of each rule that matches
   */
  add(
    rules: RuleSet,
    { address, port }: Connect,
    where: Whereabouts | undefined,
    onMatch?: OnConnection,
  ): void {
    const { namespace, pod } = where?.owner ?? UNKNOWN;
    const owner = { namespace, pod };
    if (!this.#destinations.isNew(keyOf(owner), address, port)) return;
    const event = {
      address,
      port: BigInt(port),
      ...classOf(address),
      ...podFields(where),
    };
    const names = rules.match('connection', event);
    this.#counts.add(names, owner);
    if (onMatch === undefined || names.length === 0) return;
    for (const rule of rules.named('connection', names)) onMatch(rule, owner, event);
  }

  /** @param known the pods that are there now */
  samples(rules: RuleSet, known: readonly PodOwner[]): Sample[] {
    this.#destinations.keep(new Set([...this.#always, ...known].map(keyOf)));
    const names = rules.on('connection').map(({ name }) => name);
    return this.#counts
      .series(names, known)
      .map(({ rule, owner, count }) => sample(connectionsMetrics.destinations, count, { rule, ...owner }));
  }
}
