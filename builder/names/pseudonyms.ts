/**
 * Pseudonyms for the names of nodes, namespaces and pods, so that a dataset can be given away: keyed digests, the same for
 * the same name and key. Samples and episodes get them as they are read, so that everything after (joins, splits,
 * order, messages) knows no other names.
 */
import { createHmac } from 'node:crypto';
import { BuilderError } from '../../common/errors.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import { NO_PODS } from '../../exporter/catalogue/model/reserved-pods.ts';
import { type TextKind, ToldNames } from './told-names.ts';

/** Whose names are replaced. */
export type NameKind = 'node' | 'namespace' | 'pod';

const DIGITS = 16;

export interface Pseudonyms {
  /** Tells that two datasets have the same key, and nothing else of it. */
  readonly keyId: string;
  /** All names that were replaced so far. */
  readonly told: ToldNames;
  of(kind: NameKind, name: string): string;
}

function digest(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, DIGITS);
}

/** Pseudonyms by a key, such as `node-5f0c3a91d2b7e846`. */
export function pseudonymsBy(key: string): Pseudonyms {
  const known = new Map<string, string>();
  const told = new ToldNames();
  return {
    keyId: digest(key, 'key'),
    told,
    of(kind, name) {
      if (NO_PODS.includes(name)) return name;
      const text = `${kind}\0${name}`;
      const before = known.get(text);
      if (before !== undefined) return before;
      const made = `${kind}-${digest(key, text)}`;
      known.set(text, made);
      told.add(name);
      return made;
    },
  };
}

/**
 * Refuses texts that tell a name which is to be hidden.
 *
 * @throws {BuilderError} `labels`
 */
export function checkTelling(
  texts: readonly string[],
  { told }: Pseudonyms,
  kind: TextKind,
  place: string,
): void {
  for (const text of texts) {
    const name = told.in(text, kind);
    if (name === undefined) continue;
    throw new BuilderError(
      'labels',
      `${place}: ${JSON.stringify(text)} tells the name ${name}, which pseudonymise is to hide: call it otherwise`,
    );
  }
}

/**
 * Episodes about pseudonyms.
 *
 * @throws {BuilderError} `labels` when an episode's own name tells what is to be hidden
 */
export function pseudonymousEpisodes(episodes: readonly Episode[], pseudonyms: Pseudonyms): Episode[] {
  const renamed = episodes.map((episode) => ({
    ...episode,
    node: pseudonyms.of('node', episode.node),
    namespace: pseudonyms.of('namespace', episode.namespace),
    pod: pseudonyms.of('pod', episode.pod),
  }));
  checkEpisodes(renamed, pseudonyms);
  return renamed;
}

/**
 * Makes sure that no episode is called as a name that is hidden, of all that are known by now.
 *
 * @throws {BuilderError} `labels`
 */
export function checkEpisodes(episodes: readonly Episode[], pseudonyms: Pseudonyms | undefined): void {
  if (pseudonyms === undefined) return;
  for (const { episode, scenario, role, run, chain = '', stage = '', place } of episodes) {
    checkTelling([scenario], pseudonyms, 'prose', place);
    checkTelling([episode, role, run, chain, stage], pseudonyms, 'given', place);
  }
}
