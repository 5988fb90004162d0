import { z } from 'zod';
import { duration, positiveDuration } from '../../common/duration-schema.ts';
import { recordSchema } from '../../common/record-schema.ts';
import { aboutSchema } from '../../dataset/model/about.ts';
import { FORMAT_NAMES } from '../../dataset/model/format-names.ts';
import { MOST_PROVENANCE_FILES } from '../../dataset/model/manifest.ts';
import { minimumSchema } from '../../dataset/model/minimum.ts';
import { COLUMN_HELP } from '../../dataset/model/table.ts';
import { storageSections } from '../../dataset/storage/open.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { type CatalogueColumn, columnsOf, type Entity } from '../../exporter/catalogue/model/columns.ts';
import { configuredSource } from '../label-sources/configured.ts';
import { labelConfig } from '../label-sources/registry.ts';
import { PromqlRefused } from '../promql/parse.ts';
import { DEFAULT_LOOKBACK_MS, type Evaluation, reachOf } from '../promql/reach.ts';
import { labelName, matchers } from '../promql/schemas.ts';

/** The columns that can be had from this version's exporter, in the catalogue's order. */
export function exposedColumns(entity: Entity): CatalogueColumn[] {
  return columnsOf(METRICS, entity);
}

const COLUMN_NAMES = [
  ...new Set([...exposedColumns('node'), ...exposedColumns('pod')].map(({ column }) => column.name)),
];

const time = z.union([z.string(), z.number().transform(String)]);

const columnName = z.string().refine((name) => COLUMN_NAMES.includes(name), {
  error: ({ input }) => `unknown column ${JSON.stringify(input)}: choose from ${COLUMN_NAMES.join(', ')}`,
});

const queryColumn = z.strictObject({
  name: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'is no column name: letters, digits and underscores are')
    .refine((name) => !COLUMN_NAMES.includes(name), 'is the name of a column of the catalogue')
    .refine((name) => !Object.hasOwn(COLUMN_HELP, name), 'is the name of a column that every dataset has'),
  promql: z.string().min(1),
  unit: z.string().min(1).optional(),
  help: z.string().min(1).optional(),
  /** How far back it looks, if that is further than the expression tells. */
  window: positiveDuration.optional(),
});

const column = z.union([
  columnName.transform((name) => ({ name })),
  queryColumn,
  z.strictObject({ name: columnName, window: positiveDuration.optional() }),
]);

const fraction = z.number().min(0).max(1);
const WHOLE_TOLERANCE = 1e-9;
const fractions = z
  .tuple([fraction, fraction, fraction])
  .refine((parts) => Math.abs(parts[0] + parts[1] + parts[2] - 1) < WHOLE_TOLERANCE, 'must add up to 1');

const DEFAULT_FRACTIONS: [number, number, number] = [0.7, 0.15, 0.15];

/** What a part must have that has any rows to have it of. */
const demands = {
  /** Whether a part that lacks something is an error; else it is told. */
  strict: z.boolean().optional(),
  /** Rows that each part must have at least: of each class, of benign workloads, and of normal time. */
  minimum: minimumSchema.optional(),
};

/** Training rows without any attack: the first of the dataset, or those of one campaign. */
const attackFree = z
  .strictObject({ for: positiveDuration.optional(), run: z.string().min(1).optional() })
  .refine(({ for: length, run }) => length !== undefined || run !== undefined, 'needs for: 1h, or run: NAME');

const byEpisodes = {
  fractions: fractions.default(DEFAULT_FRACTIONS),
  embargo: duration.optional(),
  stratify: z.array(z.enum(['scenario', 'role'])).optional(),
  attackFree: attackFree.optional(),
  ...demands,
};

const split = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('time'),
    fractions: fractions.default(DEFAULT_FRACTIONS),
    /** End of the training and of the validation part; instead of fractions. */
    bounds: z.tuple([time, time]).optional(),
    embargo: duration.optional(),
    ...demands,
  }),
  z.strictObject({ by: z.literal('episode'), ...byEpisodes }),
  z.strictObject({ by: z.literal('run'), ...byEpisodes }),
  z.strictObject({
    by: z.literal('node'),
    fractions: fractions.default(DEFAULT_FRACTIONS),
    ...demands,
  }),
]);

/** A thousand nodes with thirty pods each have 150,000 series of a metric with five states. */
const MOST_SERIES = 500_000;
/** 16 bytes each: a day of 17,000 series at 15 s. */
const MOST_SAMPLES = 100_000_000;

const prometheus = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:9090' }),
  bearerToken: z.string().min(1).optional(),
  bearerTokenFile: z.string().min(1).optional(),
  basicAuth: z
    .strictObject({
      username: z.string(),
      password: z.string().optional(),
      passwordFile: z.string().optional(),
    })
    .optional(),
  tls: z
    .strictObject({
      caFile: z.string().optional(),
      certFile: z.string().optional(),
      keyFile: z.string().optional(),
      serverName: z.string().optional(),
      insecureSkipVerify: z.boolean().optional(),
    })
    .optional(),
  /** Sent as X-Scope-OrgID, by which Mimir, Cortex and Thanos tell tenants apart. */
  tenant: z.string().min(1).optional(),
  headers: recordSchema(z.string()).optional(),
  /** What one answer may bring at most: what comes beyond is an error, before memory is full. */
  mostSeries: z.int().positive().default(MOST_SERIES),
  mostSamples: z.int().positive().default(MOST_SAMPLES),
  timeout: positiveDuration.default(150_000),
});

const LEAST_RING_BYTES = 65_536;
const RING_BYTES = 67_108_864;
const DEFAULT_CLIENTS = 100;
/** The server takes 256 connections, of which some must be left for others than readers. */
const MOST_CLIENTS = 200;

/** What only `stream` looks at. */
const stream = z.strictObject({
  /** How long after a row its labels can still change. */
  labelDelay: duration.prefault('15m'),
  heartbeat: positiveDuration.prefault('15s'),
  /** A reader that takes nothing for so long is dropped. */
  stall: positiveDuration.prefault('30s'),
  ringBytes: z.int().min(LEAST_RING_BYTES).default(RING_BYTES),
  clients: z.int().positive().max(MOST_CLIENTS).default(DEFAULT_CLIENTS),
});

const DEFAULT_URL = 'http://127.0.0.1:9090';

/** Why an expression can be part of no dataset; undefined when it can. */
function refusalOf(promql: string, evaluation: Evaluation): string | undefined {
  try {
    reachOf(promql, evaluation);
    return undefined;
  } catch (error) {
    if (error instanceof PromqlRefused) return error.message;
    throw error;
  }
}

/** Where records of events are: a file, or an exporter's /events. */
const evidenceSource = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://10.0.0.7:24924/events' }),
    bearerTokenFile: z.string().min(1).optional(),
  }),
]);
export type EvidenceConfig = z.output<typeof evidenceSource>;

/** What a dataset's YAML file may say; the flags of the same name override it. */
export const configSchema = z
  .strictObject({
    about: aboutSchema.optional(),
    prometheus: prometheus.prefault({ url: DEFAULT_URL }),
    /** By remote read where the server has it, else by range selectors; or one of the two, whatever it has. */
    reading: z.enum(['auto', 'remote-read', 'query']).default('auto'),
    /** Where the dataset is, or is to be: a place of any kind of storage. */
    output: z.string().min(1).default('dataset'),
    ...storageSections,
    format: z.enum(FORMAT_NAMES).default('parquet'),
    /** One file a UTC day, or one a day and part of the split, by which tools that go by files know the parts. */
    files: z.enum(['split', 'day']).default('split'),
    /** In CSV, a quote before texts that spreadsheets take for formulas. */
    csvEscapeFormulas: z.boolean().default(false),
    start: time.optional(),
    end: time.optional(),
    last: positiveDuration.optional(),
    step: positiveDuration.prefault('15s'),
    window: positiveDuration.optional(),
    scrapeInterval: positiveDuration.optional(),
    delay: duration.optional(),
    entity: z.enum(['node', 'pod']).default('node'),
    nodeLabel: labelName.default('node'),
    clusterLabel: labelName.default('cluster'),
    /** Where to tell how the run went. */
    metrics: z
      .strictObject({
        pushgateway: z
          .url({ protocol: /^https?$/, error: 'must be a URL such as http://pushgateway:9091' })
          .optional(),
      })
      .optional(),
    /** Names of nodes, namespaces and pods as pseudonyms: by the key in a file, or in KUBEVIGIL_PSEUDONYM_KEY. */
    pseudonymise: z.union([z.literal(true), z.strictObject({ keyFile: z.string().min(1) })]).optional(),
    /** What tells replicas of Prometheus apart, where several scrape the same targets. */
    replicaLabel: labelName.optional(),
    selector: matchers.prefault(''),
    columns: z.array(column).min(1).optional(),
    /** In order of precedence. */
    labels: z.array(labelConfig).optional(),
    /** Files that are kept with the dataset: what it came about by, such as a campaign's plan. */
    provenance: z.array(z.string().min(1)).max(MOST_PROVENANCE_FILES).optional(),
    /** Whether ground truth may be about nodes of which there are no rows. */
    allowOtherNodes: z.boolean().default(false),
    /** Records of events that stand beside the rows; they change none. */
    evidence: z.array(evidenceSource).max(10_000).optional(),
    split: split.prefault({ by: 'time' }),
    seed: z.union([z.string(), z.number().transform(String)]).default('kubevigil'),
    stream: stream.prefault({}),
  })
  .superRefine(({ columns = [], labels = [], step: stepMs }, context) => {
    const evaluation = { stepMs, lookbackMs: DEFAULT_LOOKBACK_MS };
    const check = (promql: string, path: (string | number)[]) => {
      const message = refusalOf(promql, evaluation);
      if (message !== undefined) context.addIssue({ code: 'custom', message, path });
    };
    for (const [i, column] of columns.entries())
      if ('promql' in column) check(column.promql, ['columns', i, 'promql']);
    for (const [i, source] of labels.entries())
      for (const { key, promql } of configuredSource(source).expressions) check(promql, ['labels', i, key]);
  });

/** A dataset's configuration: durations in milliseconds, paths absolute, times as written. */
export type BuildConfig = z.output<typeof configSchema>;
export type PrometheusConfig = BuildConfig['prometheus'];
export type SplitConfig = BuildConfig['split'];
