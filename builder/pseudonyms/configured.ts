/** Which names the configuration hides, and where they stand. */
import { readFileSync } from 'node:fs';
import { BuilderError, messageOf } from '../../common/errors.ts';
import { mergedRecords, recordOf } from '../../common/records.ts';
import type { BuildConfig } from '../config/schema.ts';
import { configuredSource } from '../label-sources/configured.ts';
import { checkTelling, type NameKind, type Pseudonyms, pseudonymsBy } from '../names/pseudonyms.ts';
import { matchersIn } from '../promql/matchers.ts';
import type { RawSeries, SampleSource } from '../samples/series.ts';

/** Columns that hold pseudonyms, where a dataset has them. */
export const PSEUDONYM_COLUMNS: readonly NameKind[] = ['node', 'namespace', 'pod'];

const KEY_VARIABLE = 'KUBEVIGIL_PSEUDONYM_KEY';
const LEAST_KEY_BYTES = 16;

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
/** What Prometheus calls a label `node` of kube-state-metrics' series where the target has one of its own. */
const EXPORTED_NODE = 'exported_node';

/** What labels hold names, by configuration. */
function kindsOf({ nodeLabel, labels = [] }: BuildConfig): Map<string, NameKind> {
  const kinds = new Map<string, NameKind>([
    [INSTANCE, 'node'],
    [EXPORTED_NODE, 'node'],
    ['namespace', 'namespace'],
    ['pod', 'pod'],
    [nodeLabel, 'node'],
  ]);
  for (const source of labels)
    for (const [label, kind] of configuredSource(source).namedBy) kinds.set(label, kind);
  return kinds;
}

/** Expressions stand in the manifest as they are written. */
function checkExpressions(
  { columns = [], labels = [] }: BuildConfig,
  kinds: ReadonlyMap<string, NameKind>,
): void {
  const expressions = [
    ...columns.flatMap((each) => ('promql' in each ? [each.promql] : [])),
    ...labels.flatMap((source) => configuredSource(source).expressions.map(({ promql }) => promql)),
  ];
  for (const promql of expressions) {
    const named = matchersIn(promql).find(({ name, value }) => value !== '' && kinds.has(name))?.name;
    if (named === undefined) continue;
    throw new BuilderError(
      'config',
      `pseudonymise: ${promql} names a ${kinds.get(named)}, which the manifest would show: choose by selector instead, or by another label`,
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
  return labels.flatMap((source) => configuredSource(source).scenarioLabels);
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
