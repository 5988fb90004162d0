import { z } from 'zod';
import { parseDurationMs } from '../../common/duration.ts';
import { recordSchema } from '../../common/record-schema.ts';
import { aboutThere } from './about.ts';
import { evidenceFile } from './evidence.ts';
import { dataFile, PROVENANCE_NAME } from './file-names.ts';
import { FORMAT_NAMES } from './format-names.ts';
import { minimumSchema } from './minimum.ts';
import { PARTS } from './rows.ts';

const time = z.iso.datetime({ precision: 3 });
const LONGEST_MS = 100 * 365 * 86_400_000;
const duration = z
  .string()
  .refine((text) => (parseDurationMs(text) ?? Number.NaN) <= LONGEST_MS, 'is no duration');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const counts = recordSchema(z.int().nonnegative());
const entityName = {
  cluster: z.string().nullable(),
  node: z.string(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
};
const episodes = z.int().nonnegative();
const number = z.number().nullable();

const column = z.strictObject({
  name: z.string(),
  type: z.enum(['timestamp', 'double', 'int32', 'string']),
  help: z.string(),
  nulls: z.int().nonnegative(),
  unit: z.string().optional(),
  metric: z.string().optional(),
  source: z.string().optional(),
  /** The same quantity in PromQL, which extrapolates where the dataset does not. */
  promql: z.string().optional(),
  window: z.string().optional(),
});

const statistics = z.strictObject({
  count: z.int(),
  nulls: z.int(),
  mean: number,
  std: number,
  min: number,
  max: number,
  /** Area under the ROC curve of the column alone against `anomaly`; below 0.5 attacks are lower. */
  auc: number,
});

/** A hundred shards for three years. */
const MOST_FILES = 100_000;
/** More than a day's rows take that are held in memory while they are written. */
const MOST_FILE_BYTES = 2 ** 36;

const file = z
  .strictObject({
    /** Nothing else is ever read, replaced or removed in a manifest's name. */
    path: z.string().refine((path) => dataFile(path) !== undefined, "is no name of a dataset's file"),
    rows: z.int().positive(),
    bytes: z.int().positive().max(MOST_FILE_BYTES),
    sha256,
    start: time,
    end: time,
    /** Digest of all that the labels and splits of these rows follow from: a file whose own is another is written anew. */
    labelDigest: sha256,
    /** By column, values that were infinite, or became so in a sum, and are null: of all rows of the day, at the first of its files. */
    infinite: recordSchema(z.int().positive()).optional(),
  })
  .refine(({ start, end }) => start <= end, 'ends before it starts');

/** evidence.parquet: the events of the dataset's time. */
const evidence = z.strictObject({
  path: z.string().refine((path) => evidenceFile(path) !== undefined, "is no name of a dataset's file"),
  /** Events. */
  rows: z.int().positive(),
  /** Those of which there is a row. */
  joined: z.int().nonnegative(),
  bytes: z.int().positive().max(MOST_FILE_BYTES),
  sha256,
  start: time,
  end: time,
  /** Files by name and exporters by address, with how many events each had; of the runs that brought new ones, the last. */
  sources: z.array(z.strictObject({ from: z.string(), events: z.int().nonnegative() })),
});

const split = z.strictObject({
  by: z.enum(['time', 'episode', 'run', 'node', 'joined']),
  fractions: z.array(z.number()),
  seed: z.string().optional(),
  /** What tells the nodes of a split by node apart; names alone where it is absent. */
  hashed: z.tuple([z.literal('cluster'), z.literal('node')]).optional(),
  embargo: z.string(),
  /** What of episodes makes a stratum, of which each part has its share. */
  stratify: z.array(z.string()).optional(),
  /** Training rows that were asked to be without an attack: from the first row on, or those of a campaign. */
  attackFree: z.strictObject({ for: duration.optional(), run: z.string().optional() }).optional(),
  bounds: z.array(time).optional(),
  /** The bounds before episodes moved them; `update` keeps to these. */
  askedBounds: z.tuple([time, time]).optional(),
  blocks: z
    .array(
      z.strictObject({ episode: z.string(), part: z.enum(['train', 'validation', 'test']), until: time }),
    )
    .optional(),
  /** Whether a part that lacks something was an error, and what each part was to have. */
  strict: z.boolean().optional(),
  minimum: minimumSchema.optional(),
  rows: counts,
  classBalance: recordSchema(counts),
  /** By part, rows in which nothing is told to go on or to have been; and rows of benign workloads. */
  normalRows: counts.optional(),
  benignRows: counts.optional(),
  /** What parts with rows lack: classes, benign workloads, normal time, each with how many rows there are. */
  lacks: z
    .array(
      z.strictObject({
        part: z.enum(PARTS),
        classes: counts,
        benign: z.int().nonnegative().optional(),
        normal: z.int().nonnegative().optional(),
      }),
    )
    .optional(),
});

const server = z.strictObject({
  /** Its own version, or `unknown`. */
  version: z.string(),
  /** What it is, if not Prometheus. */
  server: z.string().optional(),
  reading: z.enum(['range-selectors', 'remote-read']),
  staleMarkers: z.boolean(),
  jobs: z.array(z.string()),
});

/** Of a dataset that was joined of several labs': one of them, as it was. */
const lab = z.strictObject({
  /** Stands before the clusters, episodes and runs of its rows. */
  lab: z.string(),
  about: aboutThere.optional(),
  builder: z.string(),
  configDigest: sha256,
  rowsDigest: sha256,
  rows: z.int().nonnegative(),
  start: time,
  end: time,
  scrapeInterval: duration,
  prometheus: server,
  /** Of its pseudonyms' key. */
  keyId: z.string().optional(),
  split: split.pick({ by: true, fractions: true, seed: true, embargo: true }),
});

/** Where labels are from: such as the name and the digest of a file, or an expression. */
interface LabelOrigin {
  readonly kind: string;
  /** How many it told of. */
  readonly episodes: number;
  readonly [key: string]: string | number;
}

const labelFacts = z.object({
  kind: z.string().regex(/^[a-z_]+$/, 'is no kind of label source'),
  episodes,
  sha256: sha256.optional(),
});

/** In the order in which the source writes its facts, which the card shows. */
const labelOrigin = recordSchema(z.union([z.string(), z.number()])).transform((facts, context) => {
  const { error } = labelFacts.safeParse(facts);
  for (const issue of error?.issues ?? [])
    context.issues.push({ ...issue, input: facts } as z.core.$ZodRawIssue);
  return facts as unknown as LabelOrigin;
});

export const SCHEMA_VERSION = 3;
/** What datasets of earlier versions have, which are read and continued. */
const READ_VERSIONS = [2, SCHEMA_VERSION] as const;
const MOST_SHARDS = 100_000;
/** Characters of a text that a dataset came about by. */
export const MOST_PROVENANCE = 262_144;
export const MOST_PROVENANCE_FILES = 50;

/** manifest.json: what a dataset holds, and how it came to be. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(READ_VERSIONS, {
    error: ({ input }) =>
      `is ${String(input).slice(0, 20)}, and this version reads ${READ_VERSIONS.join(' and ')}: build the dataset again`,
  }),
  builder: z.string(),
  about: aboutThere.optional(),
  configDigest: sha256,
  /** In the manifest of a shard, which is not a whole dataset yet. */
  shard: z
    .strictObject({ index: z.int().nonnegative(), count: z.int().positive().max(MOST_SHARDS) })
    .optional(),
  entity: z.enum(['node', 'pod']),
  /** Columns whose values stand for others; what has the same key id has the same pseudonyms for the same names. */
  pseudonyms: z
    .strictObject({ columns: z.array(z.string()), method: z.literal('HMAC-SHA-256'), keyId: z.string() })
    .optional(),
  prometheus: server,
  format: z.enum(FORMAT_NAMES),
  /** In CSV: a quote stands before texts that spreadsheets take for formulas; `rowsDigest` is of the texts without it. */
  escapesFormulas: z.literal(true).optional(),
  /** Times of the first and of the last possible row. */
  start: time,
  end: time,
  watermark: time,
  step: duration.refine((text) => parseDurationMs(text) !== 0, 'is no time'),
  window: duration,
  freshness: duration,
  scrapeInterval: duration,
  delay: duration,
  /** None in a shard that no node falls to. */
  rows: z.int().nonnegative(),
  rowsDigest: sha256,
  columns: z.array(column),
  /** What it came about by, such as the plan of a campaign: each text is a file of its own beside the rows, too. */
  provenance: z
    .array(
      z.strictObject({
        name: z.string().regex(PROVENANCE_NAME, 'is no name of a file'),
        sha256,
        text: z.string().max(MOST_PROVENANCE),
      }),
    )
    .max(MOST_PROVENANCE_FILES)
    .optional(),
  /** Machines of the nodes, as their agents described them: several of one node where it was changed. */
  machines: z
    .array(
      z.strictObject({
        cluster: z.string().nullable(),
        node: z.string(),
        kernel: z.string().optional(),
        os: z.string().optional(),
        os_version: z.string().optional(),
        arch: z.string().optional(),
        cpu_model: z.string().optional(),
        virtualization: z.string().optional(),
      }),
    )
    .optional(),
  /** Which Kubernetes the nodes ran, where kube-state-metrics told it: several of one node that was upgraded. */
  kubernetes: z
    .array(
      z.strictObject({
        cluster: z.string().nullable(),
        node: z.string(),
        /** Of the kubelet. */
        version: z.string(),
        /** The container runtime and its version: `containerd://1.7.13`. */
        runtime: z.string().optional(),
      }),
    )
    .optional(),
  /** Times of whose rows the server did not give what agents tell of themselves. */
  untold: z.array(z.strictObject({ start: time, end: time })).optional(),
  /** How often an agent's extractor could not read everything, of those that ever could not. */
  unread: z
    .array(
      z.strictObject({
        cluster: z.string().nullable(),
        node: z.string(),
        extractor: z.string(),
        times: z.int().positive(),
      }),
    )
    .optional(),
  /** What there are rows of: nodes, or pods. */
  entities: z.array(z.strictObject(entityName)),
  files: z
    .array(file)
    .max(MOST_FILES)
    .refine((files) => new Set(files.map(({ path }) => path)).size === files.length, 'names a file twice'),
  evidence: evidence.optional(),
  /** Of a dataset that was labelled anew by files of other names: what it was built as, and by which files. */
  relabelled: z.strictObject({ configDigest: sha256, labels: z.array(z.string()) }).optional(),
  /** The shards that it was merged of, as they were; `sha256` is that of their files' digests and names, as sha256sum(1) lists them. */
  merged: z
    .array(
      z.strictObject({
        index: z.int().nonnegative(),
        rows: z.int().nonnegative(),
        rowsDigest: sha256,
        sha256,
      }),
    )
    .max(MOST_SHARDS)
    .optional(),
  /** The datasets that it was joined of. */
  joined: z.array(lab).optional(),
  labels: z.array(labelOrigin),
  conflicts: z.array(
    z.strictObject({
      /** Absent when neither episode tells it. */
      cluster: z.string().optional(),
      node: z.string(),
      kept: z.string(),
      ignored: z.string(),
      start: time,
      end: time,
      /** Where the two are from, when that is not the same source. */
      keptFrom: z.string().optional(),
      ignoredFrom: z.string().optional(),
      /** Both are verdicts of people that differ: the rows have no label. */
      disputed: z.literal(true).optional(),
    }),
  ),
  /** Attacks of several stages: each as a whole, and its stages. */
  chains: z
    .array(
      z.strictObject({
        chain: z.string(),
        start: time,
        end: time,
        nodes: z.array(z.string()),
        stages: z.array(
          z.strictObject({
            stage: z.string(),
            start: time,
            end: time,
            episodes: z.array(z.string()),
            scenarios: z.array(z.string()),
          }),
        ),
      }),
    )
    .optional(),
  classBalance: counts,
  phases: counts,
  split,
  /** Of the training rows only. */
  statistics: recordSchema(statistics),
  constantColumns: z.array(z.string()),
  /** Columns that alone tell attacks from the other training rows. */
  leakingColumns: z.array(z.string()),
  /** Columns that follow the time that has passed, in rows of normal time. */
  driftingColumns: z.array(z.string()).optional(),
  missingColumns: z.array(z.strictObject({ ...entityName, columns: z.array(z.string()) })),
  gaps: z.array(
    z.strictObject({
      ...entityName,
      kind: z.enum(['not_scraped', 'no_data']),
      start: time,
      end: time,
      steps: z.int().positive(),
    }),
  ),
  warnings: z.array(z.string()),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];
export type ManifestEvidence = NonNullable<Manifest['evidence']>;

/** The server as people name it: `Prometheus 2.42.0`, `VictoriaMetrics`. */
export function serverText({ server = 'Prometheus', version }: Manifest['prometheus']): string {
  return version === 'unknown' && server !== 'Prometheus' ? server : `${server} ${version}`;
}
