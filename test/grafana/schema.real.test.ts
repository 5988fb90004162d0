import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { FOLDER } from './support/dashboards.ts';

const SDK = join(ROOT, 'node_modules', '@grafana', 'grafana-foundation-sdk', 'dist');

/**
 * The SDK's types, which Grafana generates from its own schema, as types of JSON: an enum is one of its texts, and what
 * a panel's `options` and `custom` may hold goes by its type, where the SDK has `any`.
 */
const TYPES = `
import type * as dashboard from '${SDK}/dashboard';
import type * as prometheus from '${SDK}/prometheus';
import type * as stat from '${SDK}/stat';
import type * as table from '${SDK}/table';
import type * as timeseries from '${SDK}/timeseries';

type Json<T> = 0 extends 1 & T ? any
  : T extends string ? \`\${T}\`
  : T extends readonly (infer E)[] ? Json<E>[]
  : T extends object ? { [K in keyof T as T[K] extends (...a: never) => unknown ? never : K]: Json<T[K]> }
  : T;

type Panel<Type, Options, Custom> = Omit<dashboard.Panel, 'type' | 'options' | 'targets' | 'fieldConfig'> & {
  type: Type;
  options: Options;
  targets: prometheus.Dataquery[];
  fieldConfig: Omit<dashboard.FieldConfigSource, 'defaults'> & {
    defaults: Omit<dashboard.FieldConfig, 'custom'> & { custom?: Custom };
  };
};

type Panels =
  | Panel<'stat', stat.Options, never>
  | Panel<'table', table.Options, table.FieldConfig>
  | Panel<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | Omit<dashboard.RowPanel, never>;

export type Dashboard = Json<Omit<dashboard.Dashboard, 'panels'> & { panels: Panels[] }>;
`;

const CONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: false,
    noEmit: true,
    skipLibCheck: true,
    module: 'nodenext',
    moduleResolution: 'nodenext',
    allowImportingTsExtensions: true,
    types: [],
  },
  include: ['*.ts'],
};

/** What the compiler says of the dashboards as values of these types: nothing, or its complaints. */
function complaints(folder: string, dashboards: Readonly<Record<string, string>>): string {
  writeFileSync(join(folder, 'types.ts'), TYPES);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
  for (const [name, json] of Object.entries(dashboards)) {
    const text = `import type { Dashboard } from './types.ts';\nexport const dashboard: Dashboard = ${json};\n`;
    writeFileSync(join(folder, `${name}.ts`), text);
  }
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  try {
    return execFileSync(tsc, ['-p', folder], { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');

describe("dashboards and Grafana's schema", () => {
  const folder = temporaryFolder();

  it('every dashboard is of the types that the SDK has from it', () => {
    const dashboards = Object.fromEntries(
      readdirSync(FOLDER).map((file) => [file.replace('.json', ''), read(file)]),
    );
    expect(Object.keys(dashboards)).to.have.length.above(4);
    expect(complaints(folder(), dashboards)).to.equal('');
  });

  const node = read('kubevigil-node.json');
  for (const [what, from, to, said] of [
    ['a misspelt option of a panel', '"displayMode":', '"displayMod":', 'displayMod'],
    ['a legend that there is not', '"placement": "bottom"', '"placement": "below"', 'below'],
    ['a field that a query does not have', '"legendFormat":', '"legend":', 'legend'],
    ['a colour mode that there is not', '"palette-classic-by-name"', '"palette-by-name"', 'palette-by-name'],
    ['a height that is no number', '"h": 8,', '"h": "8",', 'string'],
  ] as const) {
    it(`${what} is refused`, () => {
      const broken = node.replaceAll(from, to);
      expect(broken).not.to.equal(node);
      expect(complaints(folder(), { broken })).to.contain(said);
    });
  }
});
