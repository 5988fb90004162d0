import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../support/paths.ts';

export const FOLDER = join(ROOT, 'grafana', 'dashboards');

interface Datasource {
  readonly type: string;
  readonly uid: string;
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: Datasource;
  readonly instant?: boolean;
}

interface Step {
  readonly value: number | null;
  readonly color: string;
}

interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

/** What the tests read of a panel. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: Datasource;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly options?: { readonly sortBy?: readonly { readonly displayName: string }[] };
  readonly transformations?: readonly { readonly id: string; readonly options: OrganizeOptions }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly thresholds?: { readonly steps: readonly Step[] } };
    readonly overrides: readonly Override[];
  };
}

interface OrganizeOptions {
  readonly renameByName?: Readonly<Record<string, string>>;
}

interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly multi: boolean;
  readonly query: string | { readonly query: string };
  readonly datasource?: Datasource;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly expr: string;
      readonly datasource: Datasource;
    }[];
  };
  readonly links: readonly {
    readonly includeVars: boolean;
    readonly keepTime: boolean;
    readonly tags: string[];
  }[];
}

/** The generated dashboards, as Grafana reads them. */
export const DASHBOARDS: readonly DashboardJson[] = readdirSync(FOLDER).map(
  (file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as DashboardJson,
);

/** Panels that show something: all but the headings. */
export function panelsOf({ panels }: DashboardJson): readonly PanelJson[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** The query of a variable. */
export function queryOf({ query }: VariableJson): string {
  return typeof query === 'string' ? query : query.query;
}
