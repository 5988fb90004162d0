import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import { ROOT } from '../support/paths.ts';
import { DASHBOARDS, FOLDER, type PanelJson, panelsOf, queryOf } from './support/dashboards.ts';

const GENERATED = join(ROOT, 'grafana', 'generated');
/** Of etcd and the API server; and of the annotation in which `kubectl apply` keeps what it applied. */
const CONFIG_MAP_BYTES = 2 ** 20;
const ANNOTATION_BYTES = 256 * 1024;
/** Okabe and Ito's colours, which are told apart with any kind of colour vision. */
const TOLD_APART = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00'];

/** Metrics of the detector that are about no node. */
const OF_THE_DETECTOR = Object.values<ProgramMetric>(detectorMetrics)
  .filter(({ labels }) => !labels.includes('node'))
  .map(({ name }) => name);

const exprs = (panel: PanelJson) => (panel.targets ?? []).map(({ expr }) => expr);
const texts = (expr: string) => expr.replaceAll(/"[^"]*"/g, '""');

/** Selectors of the exporter's series in an expression, name and braces. */
function selectorsOf(expr: string): string[] {
  return (
    expr.match(
      /\b(?:(?:node|pod):)?kubevigil_[\w:]+(?:\{[^}]*\})?|\b(?:up|ALERTS|scrape_\w+|process_\w+)\{[^}]*\}/g,
    ) ?? []
  );
}

/** The columns of a table that have values. */
function valueColumns(panel: PanelJson): string[] {
  const organize = panel.transformations?.find(({ id }) => id === 'organize');
  return Object.entries(organize?.options.renameByName ?? {}).flatMap(([field, name]) =>
    field.startsWith('Value') ? [name] : [],
  );
}

describe('dashboards', () => {
  it('have uids and titles of their own, the tag that links go by, and links that keep variables and time', () => {
    for (const key of ['uid', 'title'] as const) {
      expect(new Set(DASHBOARDS.map((dashboard) => dashboard[key])).size).to.equal(DASHBOARDS.length);
    }
    for (const { tags, links } of DASHBOARDS) {
      expect(tags).to.include('kubevigil');
      expect(links).to.have.length(1);
      expect(links[0])
        .to.include({ includeVars: true, keepTime: true })
        .and.to.deep.include({ tags: ['kubevigil'] });
    }
  });

  it('every metric of the catalogue is on one, and each of the 24 on that of the node', () => {
    const all = DASHBOARDS.flatMap(panelsOf).flatMap(exprs).join('\n');
    const node = DASHBOARDS.find(({ uid }) => uid === 'kubevigil-node');
    const ofNode = node === undefined ? '' : panelsOf(node).flatMap(exprs).join('\n');
    for (const { name, family } of METRICS) {
      expect(new RegExp(`\\b${name}\\b`).test(all), name).to.equal(true);
      if (family !== undefined) expect(new RegExp(`\\b${name}\\b`).test(ofNode), name).to.equal(true);
    }
  });

  it("the node's panels have the alarms and units of the catalogue", () => {
    const node = DASHBOARDS.find(({ uid }) => uid === 'kubevigil-node');
    const units = {
      ratio: 'percentunit',
      bytes: 'bytes',
      bytes_per_second: 'binBps',
      per_second: 'cps',
      count: 'short',
    };
    for (const { column, metric } of columnsOf(METRICS, 'node')) {
      const panel = node?.panels.find(
        (one) => exprs(one).some((expr) => expr.includes(`${metric.name}{`)) && one.id > 5,
      );
      expect(panel?.fieldConfig?.defaults.unit, column.name).to.equal(units[column.unit]);
      const bounds = panel?.fieldConfig?.defaults.thresholds?.steps.map(({ value }) => value);
      if (column.alarm?.of === 'node') expect(bounds, column.name).to.include(column.alarm.above);
    }
  });

  for (const dashboard of DASHBOARDS) {
    const panels = panelsOf(dashboard);

    describe(dashboard.title, () => {
      it('asks the data source that is chosen, everywhere', () => {
        const [first] = dashboard.templating.list;
        expect(first).to.include({ name: 'datasource', type: 'datasource', query: 'prometheus' });
        const asked = [
          ...panels,
          ...panels.flatMap(({ targets = [] }) => targets),
          ...dashboard.annotations.list,
          ...dashboard.templating.list.slice(1),
        ];
        for (const { datasource } of asked) {
          expect(datasource).to.deep.equal({ type: 'prometheus', uid: '$datasource' });
        }
      });

      it('has the variables in their order, each within those before it', () => {
        const names = dashboard.templating.list.map(({ name }) => name);
        expect(['datasource', 'cluster', 'node', 'namespace', 'pod'].slice(0, names.length)).to.deep.equal(
          names,
        );
        dashboard.templating.list.slice(2).forEach((variable, i) => {
          for (const before of names.slice(1, i + 2))
            expect(queryOf(variable)).to.contain(`${before}=~"$${before}"`);
        });
      });

      it('says of every panel what it shows, under a title of its own', () => {
        const titles = dashboard.panels.map(({ title }) => title);
        expect(new Set(titles).size).to.equal(titles.length);
        for (const { title, description = '' } of panels) {
          expect(title).not.to.equal('');
          expect(description, title).to.match(/^[A-Z].*\.$/s);
        }
      });

      it('has a unit for every axis and column', () => {
        for (const panel of panels) {
          expect(panel.fieldConfig?.defaults.unit, panel.title).to.be.a('string').and.not.equal('');
          const overrides = panel.fieldConfig?.overrides ?? [];
          for (const column of valueColumns(panel)) {
            const unit = overrides
              .find(({ matcher }) => matcher.options === column)
              ?.properties.find(({ id }) => id === 'unit');
            expect(unit?.value, `${panel.title}: ${column}`).to.be.a('string');
          }
        }
      });

      it('sorts tables by a column that they have', () => {
        for (const panel of panels.filter(({ type }) => type === 'table')) {
          const organize = panel.transformations?.find(({ id }) => id === 'organize');
          const columns = Object.values(organize?.options.renameByName ?? {});
          expect(columns, panel.title).to.include(panel.options?.sortBy?.[0]?.displayName);
        }
      });

      it("takes counters as rates, over Grafana's own window", () => {
        for (const expr of panels.flatMap(exprs)) {
          for (const [range] of expr.matchAll(/\[[^\]]*\]/g)) {
            expect(range, expr).to.be.oneOf(['[$__rate_interval]', '[$__range]']);
          }
          const plain = texts(expr);
          const counters = plain.match(/\b(?:kubevigil|process)_\w+_total\b/g) ?? [];
          const rates = plain.match(/\brate\((?:kubevigil|process)_\w+_total\b/g) ?? [];
          expect(rates.length, expr).to.equal(counters.length);
        }
      });

      it('shows the nodes that are chosen, and no others', () => {
        for (const selector of [
          ...panels.flatMap(exprs),
          ...dashboard.annotations.list.map(({ expr }) => expr),
        ].flatMap(selectorsOf)) {
          // What the builder says is about a dataset, not about a node.
          if (/^kubevigil_(dataset|stream)_/.test(selector)) continue;
          // Nor is what the detector tells of itself.
          if (OF_THE_DETECTOR.some((name) => selector.startsWith(name))) continue;
          expect(selector).to.contain('cluster=~"$cluster"').and.to.contain('node=~"$node"');
        }
      });

      it('has no colour that some cannot see, and no two lines that differ by colour alone', () => {
        const json = JSON.stringify(dashboard);
        const colours = [...json.matchAll(/"(?:color|fixedColor|iconColor)":"([^"]+)"/g)].map(
          ([, colour]) => colour,
        );
        expect(colours).not.to.be.empty;
        for (const colour of colours) expect(TOLD_APART).to.include(colour);
        for (const { title, fieldConfig } of panels.filter(({ type }) => type === 'timeseries')) {
          const styles = fieldConfig?.overrides.map(({ properties }) =>
            JSON.stringify(properties.find(({ id }) => id === 'custom.lineStyle')),
          );
          expect(new Set(styles).size, title).to.equal(styles?.length);
        }
      });

      it('fits the 24 columns, with no panel over another, and none narrower than a table of numbers needs', () => {
        const taken = new Set<string>();
        for (const { title, type, gridPos } of dashboard.panels) {
          expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
          if (type !== 'row') expect(gridPos.w, title).to.be.at.least(type === 'stat' ? 4 : 8);
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
            for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
              expect(taken.has(`${x},${y}`), `${title} at ${x},${y}`).to.equal(false);
              taken.add(`${x},${y}`);
            }
          }
        }
      });

      it('is the one in its ConfigMap, which the sidecar finds and kubectl can apply', () => {
        const path = join(GENERATED, `configmap-${dashboard.uid}.yaml`);
        const { kind, metadata, data } = parse(readFileSync(path, 'utf8')) as {
          kind: string;
          metadata: { labels: object; annotations: object };
          data: Record<string, string>;
        };
        expect(kind).to.equal('ConfigMap');
        expect(metadata.labels).to.include({ grafana_dashboard: '1' });
        const file = readFileSync(join(FOLDER, `${dashboard.uid}.json`), 'utf8');
        expect(JSON.parse(data[`${dashboard.uid}.json`] ?? '')).to.deep.equal(JSON.parse(file));
        expect(statSync(path).size).to.be.below(Math.min(CONFIG_MAP_BYTES, ANNOTATION_BYTES));
      });
    });
  }

  it('there is a ConfigMap for each and no other', () => {
    const expected = DASHBOARDS.map(({ uid }) => `configmap-${uid}.yaml`);
    expect(readdirSync(GENERATED).sort()).to.deep.equal(expected.sort());
  });
});
