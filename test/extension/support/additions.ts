/**
 * One throw-away addition of each kind: the files that are its own, and the entries in files where such things have their home. What
 * else it takes, the generator must write.
 */

export interface Addition {
  readonly what: string;
  /** Texts by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** By the path of the file: the text after which the entry is put, where it is found first (empty: at the end), and the entry. */
  readonly entries?: Readonly<Record<string, readonly [after: string, text: string]>>;
}

const metric: Addition = {
  what: 'metric',
  files: {
    'exporter/catalogue/extra.ts': `import { counter } from './model/define.ts';

export const extraMetrics = {
  beats: counter({
    name: 'kubevigil_extra_beats_total',
    help: 'Beats of a metric that a test has added.',
    labels: {},
    source: 'nowhere',
    family: 'security',
    datasets: ['node'],
    since: 'boot',
    columns: [
      {
        name: 'extra_beats_per_second',
        help: 'Beats.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
`,
    'exporter/extractors/extra.ts': `import { extraMetrics } from '../catalogue/extra.ts';
import { sample } from '../catalogue/model/sample.ts';
import type { Extractor } from '../scrape/extractor.ts';

export const extra: Extractor = {
  name: 'extra',
  metrics: extraMetrics,
  extract: () => [sample(extraMetrics.beats, 7)],
};
`,
  },
};

const column: Addition = {
  what: 'column',
  entries: {
    'exporter/catalogue/pressure.ts': [
      '    columns: [\n',
      `      {
        name: 'extra_pressure_ratio',
        help: 'A column that a test has added.',
        unit: 'ratio',
        op: 'rate',
        aggregate: 'max',
        resolution: MICROSECOND,
      },
`,
    ],
  },
};

const alert: Addition = {
  what: 'alert',
  entries: {
    'prometheus/alerts/health.ts': [
      '  alerts: [\n',
      `    {
      name: 'KubevigilExtraAdded',
      expr: 'kubevigil_build_info > 1',
      for: { duration: '5m', why: 'a test has added it' },
      severity: 'info',
      summary: 'an alert that a test has added',
      meaning: 'A test has added it.',
      threshold: 'None.',
      look: ['Nothing.'],
      harmless: ['None.'],
      fires: {
        when: 'it is 2',
        input: { [BUILD('a', '1')]: '2x40' },
        at: '9m',
        labels: { node: 'a', version: '1', node_version: '20.20.2' },
        summary: 'an alert that a test has added',
      },
      quiet: { when: 'it is 1', input: { [BUILD('a', '1')]: '1x40' }, at: '9m' },
    },
`,
    ],
  },
};

const panel: Addition = {
  what: 'panel',
  entries: {
    'grafana/pages/datasets.ts': [
      'panels: [\n',
      `    timeSeries({
      title: 'Extra panel',
      description: 'A panel that a test has added.',
      unit: 'short',
      queries: [{ expr: 'up', legend: '{{instance}}' }],
      span: 24,
    }),
`,
    ],
  },
};

const rule: Addition = {
  what: 'rule',
  entries: {
    'exporter/rules/default.yaml': [
      '',
      `
  - name: extra_line
    on: log
    severity: info
    mitre: T1110
    description: A line that a test has added a rule for.
    files: [/var/log/extra.log]
    condition: line.contains("extra")
`,
    ],
  },
};

const scenario: Addition = {
  what: 'scenario',
  files: {
    'scenarios/attacks/extra-load.ts': `import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';

export const extraLoad = scenario('attack', {
  name: 'extra_load',
  help: 'A scenario that a test has added.',
  family: 'resources',
  technique: 'T1496',
  moves: ['extra_pressure_ratio'],
  parameters: {},
  work: ({ durationMs, signal }) => runWorker('extra-load', { durationMs }, signal),
});
`,
    'scenarios/workers/extra-load.ts': `import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const { durationMs } = workerOptions<WorkerOptions>();
const life = lifetime(durationMs);
while (life.goesOn()) await life.pause(50);
finish();
`,
  },
};

const format: Addition = {
  what: 'output format',
  files: {
    'dataset/formats/jsonl/jsonl.ts': `/** An array of values a line. */
import { OutputFile } from '../../files/output-file.ts';
import { type ColumnName, type TableColumn, valuesOf } from '../../model/table.ts';
import { textsOf } from '../../model/text-column.ts';
import type { Format } from '../format.ts';

type Value = string | number | null;

function columnOf({ name, type }: ColumnName, values: readonly Value[]): TableColumn {
  if (type === 'string') return { name, type, ...textsOf(values as (string | null)[]) };
  return { name, type, values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))) };
}

const finite = (value: Value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);

export const jsonl: Format = {
  name: 'jsonl',
  contentType: 'application/jsonl',
  encodingFormat: 'application/jsonl',
  canEscapeFormulas: false,
  note: 'Each line is an array of values.',
  recipes: {
    pandas: () => 'rows = "by a recipe that a test has added"',
    Polars: () => '',
    DuckDB: () => '',
    mlcroissant: () => '',
  },

  open(path, columns) {
    const file = new OutputFile(path);
    return {
      write({ rows, columns: cells }) {
        if (cells.length !== columns.length) throw new Error('the columns are others');
        const values = cells.map((column) => [...valuesOf(column)].map(finite));
        for (let row = 0; row < rows; row++)
          file.append(Buffer.from(\`\${JSON.stringify(values.map((column) => column[row] ?? null))}\\n\`));
      },
      close: () => file.close(),
      abandon: () => file.abandon(),
    };
  },

  async *read(file, columns) {
    const lines = file.read(0, file.bytes).toString('utf8').split('\\n').filter(Boolean);
    const rows = lines.map((line) => JSON.parse(line) as Value[]);
    yield { rows: rows.length, columns: columns.map((column, i) => columnOf(column, rows.map((row) => row[i] ?? null))) };
  },
};
`,
  },
};

const labelSource: Addition = {
  what: 'label source',
  files: {
    'builder/label-sources/kinds/extra.ts': `import { z } from 'zod';
import type { LabelSet } from '../label-set.ts';
import { type LabelQuery, labelSource } from '../source.ts';

/** The second half of the time is an attack on one node. */
function labelsOf(node: string, { times: { fromMs, lastMs } }: LabelQuery): LabelSet {
  const who = { node, namespace: '', pod: '', role: 'attack', run: '' };
  const times = { startMs: Math.round((fromMs + lastMs) / 2), endMs: lastMs + 1 };
  const episode = { episode: 'extra-1', scenario: 'extra', ...times, ...who, place: 'extra' };
  return { source: { kind: 'extra', episodes: 1 }, episodes: [episode], warnings: [] };
}

export const extra = labelSource({
  kind: 'extra',
  schema: z.strictObject({ extra: z.strictObject({ node: z.string().min(1) }) }),
  isKept: true,
  shown: {},
  absolute: (config) => config,
  configure: (config) => ({
    identity: config,
    expressions: [],
    namedBy: new Map(),
    scenarioLabels: [],
    open() {
      const read = (query: LabelQuery) => labelsOf(config.extra.node, query);
      return { read, watch: read };
    },
  }),
});
`,
  },
};

const storage: Addition = {
  what: 'storage',
  files: {
    'dataset/storage/extra/extra.ts': `import { z } from 'zod';
import { storageKind } from '../kind.ts';
import { localStorage } from '../local/local-storage.ts';

/** A folder by a name, below one that the configuration tells. */
export const extra = storageKind({
  kind: 'extra',
  scheme: 'extra://',
  shape: 'extra://name',
  section: z.strictObject({ below: z.string().default('/') }),
  open: async (place, { below }, disk) => localStorage(\`\${below}/\${place.slice('extra://'.length)}\`, disk),
});
`,
  },
};

export const ADDITIONS: readonly Addition[] = [
  metric,
  column,
  alert,
  panel,
  rule,
  scenario,
  format,
  labelSource,
  storage,
];
