/**
 * Pseudonyms for the names of nodes, namespaces and pods, so that a dataset can be given away: keyed digests, the same for
 * the same name and key. Samples and episodes get them as they are read, so that everything after (joins, splits,
 * order, messages) knows no other names.
 */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BuilderError, messageOf } from '../../common/errors.ts';
import { mergedRecords, recordOf } from '../../common/records.ts';
import type { Episode } from '../../dataset/episodes/episodes.ts';
import { NO_PODS } from '../../exporter/catalogue/model/reserved-pods.ts';
import type { BuildConfig } from '../config/schema.ts';
import { matchersIn } from '../promql/matchers.ts';
import type { RawSeries, SampleSource } from '../samples/series.ts';
import { type TextKind, ToldNames } from './told-names.ts';

type Kind = 'node' | 'namespace' | 'pod';

/** Columns that hold pseudonyms, where a dataset has them. */
export const PSEUDONYM_COLUMNS: readonly Kind[] = ['node', 'namespace', 'pod'];

const KEY_VARIABLE = 'KUBEVIGIL_PSEUDONYM_KEY';
const LEAST_KEY_BYTES = 16;
const DIGITS = 16;

export interface Pseudonyms {
  /** Tells that two datasets have the same key, and nothing else of it. */
  readonly keyId: string;
  /** All names that were replaced so far. */
  readonly told: ToldNames;
  of(kind: Kind, name: string): string;
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

function readKey(how: NonNullable<BuildConfig['pseudonymise']>, env: NodeJS.ProcessEnv): string {
  if (how === true) {
    const key = env[KEY_VARIABLE];
    if (key !== undefined) return key;
    throw new BuilderError(
      'config',
      `pseudonymise: there is no key: set ${KEY_VARIABLE}, or name a key file`,
    );
  }
  try {
    return readFileSync(how.keyFile, 'utf8');
  } catch (error) {
    throw new BuilderError('config', `pseudonymise: cannot read ${how.keyFile}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The label that Prometheus gives every target: the node's name, or its address. */
const INSTANCE = 'instance';

/** What labels hold names, by configuration. */
function kindsOf({ nodeLabel, labels = [] }: BuildConfig): Map<string, Kind> {
  const kinds = new Map<string, Kind>([
    [INSTANCE, 'node'],
    ['namespace', 'namespace'],
    ['pod', 'pod'],
    [nodeLabel, 'node'],
  ]);
  for (const source of labels) {
    if ('metric' in source) kinds.set(source.metric.nodeLabel, 'node');
    if (!('promql' in source)) continue;
    kinds.set(source.podLabel, 'pod').set(source.namespaceLabel, 'namespace').set(source.nodeLabel, 'node');
  }
  return kinds;
}

/** Expressions stand in the manifest as they are written. */
function checkExpressions(
  { columns = [], labels = [] }: BuildConfig,
  kinds: ReadonlyMap<string, Kind>,
): void {
  for (const each of [...columns, ...labels]) {
    if (!('promql' in each)) continue;
    const named = matchersIn(each.promql).find(({ name, value }) => value !== '' && kinds.has(name))?.name;
    if (named === undefined) continue;
    throw new BuilderError(
      'config',
      `pseudonymise: ${each.promql} names a ${kinds.get(named)}, which the manifest would show: choose by selector instead, or by another label`,
    );
  }
}

/**
 * How names are replaced, if they are.
 *
 * @throws {BuilderError} `config` without a good key, or when an expression would show names
 */
export function openPseudonyms(
  config: BuildConfig,
  env: NodeJS.ProcessEnv = process.env,
): Pseudonyms | undefined {
  if (config.pseudonymise === undefined) return undefined;
  const key = readKey(config.pseudonymise, env).trim();
  if (Buffer.byteLength(key) < LEAST_KEY_BYTES) {
    throw new BuilderError(
      'config',
      `pseudonymise: the key has fewer than ${LEAST_KEY_BYTES} bytes, and names could be guessed: make one by openssl rand -hex 32`,
    );
  }
  checkExpressions(config, kindsOf(config));
  return pseudonymsBy(key);
}

/** Texts of an episode that a dataset shows as they are. */
const SHOWN = ['episode', 'role', 'run'];

/** Labels whose values become names of scenarios. */
function scenarioLabels({ labels = [] }: BuildConfig): string[] {
  return labels.flatMap((source) => ('promql' in source ? (source.scenarioLabel ?? []) : []));
}

/** Refuses texts that tell a name which is to be hidden. */
function checkTelling(texts: readonly string[], { told }: Pseudonyms, kind: TextKind, place: string): void {
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
  for (const { episode, scenario, role, run, place } of episodes) {
    checkTelling([scenario], pseudonyms, 'prose', place);
    checkTelling([episode, role, run], pseudonyms, 'given', place);
  }
}

/** A way to read samples whose series tell pseudonyms; what is asked for has the real names. */
export function pseudonymousSource(
  source: SampleSource,
  config: BuildConfig,
  pseudonyms: Pseudonyms | undefined,
): SampleSource {
  if (pseudonyms === undefined) return source;
  const kinds = kindsOf(config);
  const shown = [...SHOWN, ...scenarioLabels(config)];
  const rename = (series: RawSeries): RawSeries => {
    const { labels } = series;
    const texts = shown.flatMap((label) => (kinds.has(label) ? [] : (labels[label] ?? [])));
    const named = [...kinds].flatMap(([label, kind]) => {
      const name = labels[label];
      return name === undefined ? [] : [{ label, name, pseudonym: pseudonyms.of(kind, name) }];
    });
    checkTelling(texts, pseudonyms, 'given', `labels of ${labels['__name__'] ?? 'an expression'}`);
    const renamed = recordOf(named.map(({ label, pseudonym }) => [label, pseudonym]));
    return { ...series, labels: mergedRecords(labels, renamed) };
  };
  return {
    way: source.way,
    staleMarkers: source.staleMarkers,
    read: async (...asked) => (await source.read(...asked)).map(rename),
    evaluate: async (...asked) => (await source.evaluate(...asked)).map(rename),
  };
}

/** The configuration's matchers as they may be shown, or be part of a digest that is shown. */
export function hiddenMatchers(
  config: BuildConfig,
  pseudonyms: Pseudonyms | undefined,
): BuildConfig['selector'] {
  if (pseudonyms === undefined) return config.selector;
  const kinds = kindsOf(config);
  return config.selector.map((matcher) => {
    const kind = kinds.get(matcher.name);
    return kind === undefined ? matcher : { ...matcher, value: pseudonyms.of(kind, matcher.value) };
  });
}
