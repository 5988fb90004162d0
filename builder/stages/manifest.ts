import { formatDuration } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime, LATEST_MS } from '../../common/times.ts';
import { packageVersion } from '../../common/version.ts';
import { chainsOf } from '../../dataset/episodes/chains.ts';
import { nodeText } from '../../dataset/episodes/contract.ts';
import { entityText } from '../../dataset/model/entity.ts';
import { infiniteWarnings } from '../../dataset/model/infinite.ts';
import {
  type Manifest,
  type ManifestFile,
  manifestSchema,
  SCHEMA_VERSION,
} from '../../dataset/model/manifest.ts';
import type { Minimum } from '../../dataset/model/minimum.ts';
import { isPlanned } from '../../dataset/model/rows.ts';
import { COLUMN_HELP, tableColumns } from '../../dataset/model/table.ts';
import type { Account } from '../../dataset/summary/accounts.ts';
import { LEAKING_AUC } from '../../dataset/summary/auc.ts';
import { DRIFTING } from '../../dataset/summary/drift.ts';
import { columnsFrom } from '../../dataset/summary/extractors.ts';
import { lacksOf, lackText } from '../../dataset/summary/lacks.ts';
import { columnQuery, matcherText } from '../../exporter/catalogue/model/promql.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import type { Conflict } from '../labels/label-rows.ts';
import type { Plan } from '../plan/model.ts';
import { hiddenMatchers, PSEUDONYM_COLUMNS } from '../pseudonyms/configured.ts';
import type { SampleSource } from '../samples/series.ts';
import { hashedIn } from '../splits/by-node.ts';
import type { SplitDescription } from '../splits/model.ts';
import { emptyParts } from '../splits/split.ts';
import { idleEpisodes } from './idle-episodes.ts';
import { untoldWarnings } from './untold.ts';

/** What a run knows at its end. */
export interface Outcome {
  readonly plan: Plan;
  readonly way: SampleSource['way'];
  /** Whether all samples came with their stale markers. */
  readonly staleMarkers: boolean;
  readonly account: Account;
  readonly files: readonly ManifestFile[];
  /** Undefined when there is no label source. */
  readonly labels: readonly LabelSet[] | undefined;
  readonly conflicts: readonly Conflict[];
  readonly split: SplitDescription;
  readonly evidence: Manifest['evidence'];
  /** What it came about by. */
  readonly provenance?: Manifest['provenance'];
  /** What is known of nodes beside their rows. */
  readonly facts?: Pick<Manifest, 'machines' | 'kubernetes' | 'unread' | 'untold'>;
}

/** What is different about columns that are expressions. */
const EVALUATED = {
  Prometheus:
    'PromQL, evaluated by the server at each step: a series counts for its lookback (5m unless configured) after its last sample, and rate() extrapolates',
  VictoriaMetrics:
    'MetricsQL, evaluated by VictoriaMetrics at each step: lookback and rate() are not those of PromQL, and values have about 12 digits',
  Thanos:
    "PromQL, evaluated by Thanos at each step: a series counts for its lookback after its last sample, rate() extrapolates, and of replicas it takes now this one's samples, now that one's",
} as const;

function evaluatedBy({ server }: Plan): string {
  return EVALUATED[server.name as keyof typeof EVALUATED] ?? EVALUATED.Prometheus;
}

/** What a reader must know of a server, and of the way in which it was read. */
function readingWarnings({ plan: { server }, staleMarkers }: Outcome): string[] {
  return [
    ...(staleMarkers
      ? []
      : [
          'read by range selectors: stale markers were not seen, so that an interruption shorter than the window can lie within a rate, and a gauge keeps the last value of a series that ended until it is no longer fresh',
        ]),
    ...(server.name === 'VictoriaMetrics'
      ? [
          'read from VictoriaMetrics, which keeps about 12 digits of a value: the rows are not, to the last digit, those of the same samples in Prometheus, and rowsDigest is another',
        ]
      : []),
  ];
}

/** Which columns hold pseudonyms. */
function pseudonymColumns({ config, pseudonyms }: Plan): string[] {
  if (pseudonyms === undefined) return [];
  const names = tableColumns([], config.entity).map(({ name }) => name);
  return PSEUDONYM_COLUMNS.filter((name) => names.includes(name));
}

function columnsOf(planned: Plan, nulls: Readonly<Record<string, number>>): Manifest['columns'] {
  const { columns, config, pseudonyms } = planned;
  const hidden = pseudonymColumns(planned);
  const matchers = hiddenMatchers(config, pseudonyms).map(matcherText);
  const features = new Map(columns.map((feature) => [feature.column.name, feature]));
  return tableColumns([...features.keys()], config.entity).map(({ name, type }) => {
    const feature = features.get(name);
    const common = { name, type, nulls: nulls[name] ?? 0 };
    if (feature === undefined) {
      const help = COLUMN_HELP[name] ?? '';
      return { ...common, help: hidden.includes(name) ? `${help} A pseudonym.` : help };
    }
    const window = formatDuration(feature.windowMs);
    if (!isPlanned(feature)) {
      const { promql, column: described } = feature;
      return { ...common, ...described, source: evaluatedBy(planned), promql, window };
    }
    const { column, metric } = feature;
    return {
      ...common,
      help: column.help,
      unit: column.unit,
      metric: metric.name,
      source: metric.source,
      promql: columnQuery(feature, config.entity, window, matchers, config),
      ...(column.op === 'rate' && { window }),
    };
  });
}

/** The chains of the dataset's time, as the manifest tells them. */
export function chainsIn(
  labels: readonly LabelSet[],
  { firstMs, lastMs, stepMs }: RowTimes,
): Manifest['chains'] {
  const all = chainsOf(labels.flatMap(({ episodes }) => episodes));
  const own = all.filter(({ startMs, endMs }) => startMs <= lastMs && endMs > firstMs - stepMs);
  const times = ({ startMs, endMs }: { startMs: number; endMs: number }) => ({
    start: formatTime(startMs),
    end: formatTime(Math.min(endMs, LATEST_MS)),
  });
  if (own.length === 0) return undefined;
  return own.map(({ chain, nodes, stages, ...whole }) => ({
    chain,
    ...times(whole),
    nodes: [...nodes],
    stages: stages.map(({ stage, episodes, scenarios, ...part }) => ({
      stage,
      ...times(part),
      episodes: [...episodes],
      scenarios: [...scenarios],
    })),
  }));
}

/** Columns that nothing can be learnt from, or not for every node. */
function columnWarnings({ missing, entities, constant }: Account): string[] {
  const [first] = missing;
  const nowhere = (first?.columns ?? []).filter(
    (name) => missing.length === entities.length && missing.every(({ columns }) => columns.includes(name)),
  );
  const still = constant.filter((name) => !nowhere.includes(name));
  const partly = missing.flatMap(({ columns, ...entity }) => {
    const own = columns.filter((name) => !nowhere.includes(name));
    return own.length === 0
      ? []
      : `${entity.pod === undefined ? 'node' : 'pod'} ${entityText(entity)} has no value of ${own.join(', ')}`;
  });
  return [
    ...(nowhere.length === 0 ? [] : [`columns without any value: ${nowhere.join(', ')}`]),
    ...(still.length === 0 ? [] : [`columns that never change: ${still.join(', ')}`]),
    ...partly,
  ];
}

/** Of a plan, when the rows are. */
type RowTimes = Pick<Plan, 'firstMs' | 'lastMs' | 'stepMs' | 'shard'>;

/** What is to be said of labels. */
export function labelWarnings(
  labels: readonly LabelSet[] | undefined,
  conflicts: readonly Conflict[],
  times: RowTimes,
  account: Account,
): string[] {
  return [
    ...(labels === undefined
      ? ['there is no label source: label, anomaly and phase are null']
      : [...labels.flatMap((set) => set.warnings), ...idleEpisodes(labels, times, account.entities)]),
    ...conflicts.map(
      ({ kept, ignored, start, end, disputed, ...where }) =>
        `node ${nodeText(where)}: ${kept} and ${ignored} overlap from ${start} to ${end}: ${disputed === true ? 'people disagree, and rows have no label' : `rows are labelled ${kept}`}`,
    ),
  ];
}

const OF_READING =
  /^(the dataset ends at |what agents tell of themselves |node .*: the agent's extractor |read by range selectors: |read from VictoriaMetrics, )/;

/** Whether a warning is about how the rows were made of samples, and stays whatever their labels are. */
export function isOfReading(warning: string): boolean {
  return OF_READING.test(warning);
}

/** What the agents could not read, and which columns that is. */
function unreadWarnings({ plan, facts }: Outcome): string[] {
  const columns = plan.columns.map((each) => ({
    name: each.column.name,
    ...(isPlanned(each) && { metric: each.metric.name }),
  }));
  const unread = (facts?.unread ?? []).flatMap(({ extractor, times, cluster, node }) => {
    const own = columnsFrom(extractor, columns);
    if (own.length === 0) return [];
    const place = nodeText({ node, ...(cluster !== null && { cluster }) });
    return `node ${place}: the agent's extractor ${extractor} could not read everything in ${times} scrapes: ${own.join(', ')} may be incomplete`;
  });
  return [...untoldWarnings(facts?.untold), ...unread];
}

function warningsOf(outcome: Outcome): string[] {
  const { plan, account, files, labels, conflicts, split } = outcome;
  const warnings = [...plan.warnings, ...readingWarnings(outcome)];
  warnings.push(...labelWarnings(labels, conflicts, plan, account));
  warnings.push(...unreadWarnings(outcome));
  // What is said of a shard's rows would be wrong of the whole: `merge` says it.
  return plan.shard === undefined
    ? [
        ...warnings,
        ...infiniteWarnings(
          plan.columns.map(({ column }) => column),
          files,
        ),
        ...accountWarnings(account, { ...split, ...demandsOf(plan) }),
      ]
    : warnings;
}

/** What the rows say of a split. */
export function dividedOf<T extends Pick<SplitDescription, 'fractions'> & { minimum?: Minimum | undefined }>(
  split: T,
  { splitRows: rows, splitClassBalance, splitNormalRows, splitBenignRows, classBalance }: Account,
) {
  const divided = {
    ...split,
    rows,
    classBalance: splitClassBalance,
    normalRows: splitNormalRows,
    benignRows: splitBenignRows,
  };
  return { ...divided, lacks: lacksOf(classBalance, divided) };
}

const STRICT_REMEDY =
  'repeat what is missing (kubevigil-scenarios run --dry-run tells how often), divide otherwise (stratify: [scenario, role]; other fractions), or leave strict out';

/**
 * Refuses a split that is to be strict, and is not what was asked for.
 *
 * @param remedy what can be done about it
 * @throws {BuilderError} `data` naming all that is missing
 */
export function checkStrict({ split }: Pick<Manifest, 'split'>, remedy = STRICT_REMEDY): void {
  if (split.strict !== true) return;
  const missing = [...emptyParts(split, split.rows), ...(split.lacks ?? []).map(lackText)];
  if (missing.length === 0) return;
  throw new BuilderError('data', `split.strict: ${missing.join('; ')}: ${remedy}`);
}

/** Warnings that follow from the rows alone. */
export function accountWarnings(
  account: Account,
  split: Pick<SplitDescription, 'by' | 'fractions' | 'embargo'> & { minimum?: Minimum | undefined },
): string[] {
  const leaking = `columns that alone tell attacks from the rest (AUC above ${LEAKING_AUC}): ${account.leaking.join(', ')}: do they leak the label?`;
  const drifting = `columns that follow the time that has passed (correlation of ${DRIFTING} and more in normal rows): ${account.drifting.join(', ')}: a model that sees them may tell when a row is from rather than what it is`;
  return [
    ...(account.leaking.length === 0 ? [] : [leaking]),
    ...(account.drifting.length === 0 ? [] : [drifting]),
    ...columnWarnings(account),
    ...emptyParts(split, account.splitRows),
    ...dividedOf(split, account).lacks.map(lackText),
  ];
}

/** The part of the manifest that follows from the rows alone. */
export function claimsOf(account: Account) {
  return {
    rows: account.rows,
    rowsDigest: account.rowsDigest,
    entities: [...account.entities],
    classBalance: account.classBalance,
    phases: account.phases,
    statistics: account.statistics,
    constantColumns: [...account.constant],
    leakingColumns: [...account.leaking],
    driftingColumns: [...account.drifting],
    missingColumns: account.missing.map((missing) => ({ ...missing, columns: [...missing.columns] })),
    gaps: [...account.gaps],
  };
}

/** What the configuration demands of each part. */
function demandsOf({ config: { split } }: Plan): Pick<Manifest['split'], 'strict' | 'minimum'> {
  const { strict, minimum } = split;
  return { ...(strict !== undefined && { strict }), ...(minimum !== undefined && { minimum }) };
}

/** Says what the run made; the same input gives the same text. */
export function manifest(outcome: Outcome): Manifest {
  const { plan, way, staleMarkers, account, files, labels, conflicts, split, evidence, facts, provenance } =
    outcome;
  const chains = chainsIn(labels ?? [], plan);
  return manifestSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    builder: `kubevigil-builder ${packageVersion()}`,
    ...(plan.config.about !== undefined && { about: plan.config.about }),
    configDigest: plan.configDigest,
    ...(plan.shard !== undefined && { shard: plan.shard }),
    entity: plan.config.entity,
    ...(plan.pseudonyms !== undefined && {
      pseudonyms: {
        columns: pseudonymColumns(plan),
        method: 'HMAC-SHA-256',
        keyId: plan.pseudonyms.keyId,
      },
    }),
    prometheus: {
      version: plan.server.version,
      ...(plan.server.name !== 'Prometheus' && { server: plan.server.name }),
      reading: way,
      staleMarkers,
      jobs: plan.jobs,
    },
    format: plan.config.format,
    ...(plan.config.csvEscapeFormulas && { escapesFormulas: true }),
    start: formatTime(plan.firstMs),
    end: formatTime(plan.lastMs),
    watermark: formatTime(plan.lastMs),
    step: formatDuration(plan.stepMs),
    window: formatDuration(plan.longestWindowMs),
    freshness: formatDuration(plan.freshnessMs),
    scrapeInterval: formatDuration(plan.scrapeIntervalMs),
    delay: formatDuration(plan.delayMs),
    columns: columnsOf(plan, account.nulls),
    files,
    ...(evidence !== undefined && { evidence }),
    ...(provenance !== undefined && { provenance }),
    ...facts,
    labels: (labels ?? []).map(({ source: told }) => told),
    conflicts,
    ...(chains !== undefined && { chains }),
    ...claimsOf(account),
    split: dividedOf(
      { ...split, ...hashedIn(split, account.entities, plan.splitsByNameAlone), ...demandsOf(plan) },
      account,
    ),
    warnings: warningsOf(outcome),
  });
}
