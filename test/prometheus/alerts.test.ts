import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import { datasetMetrics } from '../../exporter/catalogue/programs/dataset.ts';
import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import { streamMetrics } from '../../exporter/catalogue/programs/stream.ts';
import { ALERT_GROUPS } from '../../prometheus/alerts/index.ts';
import type { InputSeries } from '../../prometheus/alerts/model.ts';
import { ROOT } from '../support/paths.ts';
import { type AlertRule, type RecordingRule, readRules } from './support/rule-files.ts';

const ALERTS = ALERT_GROUPS.flatMap(({ alerts }) => alerts);
const rules = readRules(['alerts.yml']).filter((rule): rule is AlertRule => 'alert' in rule);
const recorded = readRules(['recording.yml', 'deviations.yml', 'baselines.yml']).filter(
  (rule): rule is RecordingRule => 'record' in rule,
);

/** Metrics that the catalogue does not have: the builder's, and those that Prometheus makes itself. */
const OTHERS = [
  ...[datasetMetrics, streamMetrics, detectorMetrics].flatMap((metrics) =>
    Object.values(metrics).map(({ name }) => name),
  ),
  'up',
];

/** Names of series in an expression; recorded ones have colons. */
function seriesIn(expression: string): string[] {
  const withoutTexts = expression.replaceAll(/"[^"]*"/g, '""');
  return withoutTexts.match(/\b(?:(?:node|pod):)?kubevigil_[a-z0-9_]+(?::[a-z0-9]+)?|\bup\b/g) ?? [];
}

/** Names and labels alone, without what tells one pod from another. */
function namesOf(input: InputSeries): string[] {
  return [...new Set(Object.keys(input).map((series) => series.replace(/\{.*/, '')))].sort();
}

describe('alerts', () => {
  for (const { alert, expr, for: held, labels, annotations } of rules) {
    it(`${alert} says how long, how serious, which technique, what it means and where the runbook is`, () => {
      expect(alert).to.match(/^Kubevigil[A-Z]\w+$/);
      expect(held).to.match(/^\d+[smh]$/);
      const brings = expr.includes('group_left (severity, mitre)');
      if (brings) expect(labels).to.deep.equal({});
      else expect(labels['severity']).to.be.oneOf(['critical', 'warning', 'info']);
      expect(annotations['summary']).to.be.a('string').and.not.contain('\n');
      expect(annotations['description']).to.match(/[.]$/);
      const runbook = readFileSync(join(ROOT, annotations['runbook'] ?? ''), 'utf8');
      for (const part of [`# ${alert}`, expr, 'What to look at', 'What is harmless', 'amtool silence add']) {
        expect(runbook).to.contain(part);
      }
      const { events } = annotations;
      const countsMatches = /suspicious_execs|outbound_destinations|file_changes|risky_pods/.test(expr);
      if (!countsMatches) return;
      expect(events).to.match(/^kubevigil-exporter events .*http:\/\/\{\{ \$labels\.node \}\}:24924$/);
      for (const part of ['kubevigil-exporter events ', 'kubectl ', 'logcli query '])
        expect(runbook).to.contain(part);
    });

    it(`${alert} asks for series that there are`, () => {
      const known = new Set([
        ...METRICS.map(({ name }) => name as string),
        ...recorded.map(({ record }) => record),
        ...OTHERS,
      ]);
      const asked = seriesIn(expr);
      expect(asked).not.to.be.empty;
      expect(asked.filter((name) => !known.has(name))).to.deep.equal([]);
    });
  }

  it('names are unique', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
  });

  it('every attack has a technique, by itself or by the rule that matched', () => {
    const attacks = ALERT_GROUPS.filter(({ name }) => name.startsWith('kubevigil-attack')).flatMap(
      ({ alerts }) => alerts,
    );
    for (const { name, technique, severity } of attacks) {
      expect(technique !== undefined || severity === 'rule', name).to.equal(true);
    }
  });

  it('every technique that a metric reveals has an alert, or a rule whose matches have one', () => {
    const { rules: defaults } = parse(
      readFileSync(join(ROOT, 'exporter', 'rules', 'default.yaml'), 'utf8'),
    ) as {
      rules: { mitre: string; severity: string }[];
    };
    const alerted = new Set([
      ...ALERTS.map(({ technique }) => technique as string | undefined),
      ...defaults.filter(({ severity }) => severity !== 'info').map(({ mitre }) => mitre),
    ]);
    // A technique is covered by one of its sub-techniques too: accounts and keys are persistence.
    const covered = (technique: string) =>
      [...alerted].some((one) => one === technique || one?.startsWith(`${technique}.`));
    const revealed = METRICS.flatMap(({ reveals = '' }) => reveals.match(/T\d{4}(\.\d{3})?/g) ?? []);
    expect(revealed).not.to.be.empty;
    // Reading credentials changes no file; when accounts and keys are changed, rules for those techniques match.
    const unseen = ['T1552.001'];
    expect([...new Set(revealed)].filter((technique) => !covered(technique))).to.deep.equal(unseen);
  });

  it("every alarm of the catalogue is an alert's", () => {
    const columns = columnsOf(METRICS, 'node').filter(({ column }) => column.alarm !== undefined);
    expect(columns).not.to.be.empty;
    for (const { column, metric } of columns) {
      const used = rules.some(
        ({ expr }) =>
          expr.includes(`kubevigil_${column.name}:`) ||
          new RegExp(`${metric.name}[^>]*> ${column.alarm?.above}`).test(expr),
      );
      expect(used, column.name).to.equal(true);
    }
  });

  it('a case that must not fire has the series of the one that must', () => {
    for (const { name, fires, quiet } of ALERTS) {
      expect(namesOf(quiet.input), name).to.deep.equal(namesOf(fires.input));
      expect(quiet.at, name).not.to.equal('0s');
    }
  });

  it("every increase of what the agent counts counts a series' first value, and has a case for it", () => {
    const sinceAgent = METRICS.filter((metric) => metric.type === 'counter' && metric.since === 'agent');
    const increases = (expr: string) => [...expr.matchAll(/\bincrease\((\w+)/g)].map(([, name]) => name);
    const counting = ALERTS.filter(({ expr }) =>
      increases(expr).some((name) => sinceAgent.some((metric) => metric.name === name)),
    );
    expect(counting).not.to.be.empty;
    for (const { name, expr, born } of counting) {
      const births = [...expr.matchAll(/last_over_time\(kubevigil_[^)]*\) unless kubevigil_/g)];
      expect(births.length, name).to.equal(increases(expr).length);
      // It compares two hours, and has cases of its own.
      if (name !== 'KubevigilNewDestinations') expect(born?.least, name).to.be.above(0);
    }
  });

  it('what may be older than its series is never counted in full, but where its container is known to be young', () => {
    const older = METRICS.filter((metric) => metric.type === 'counter' && metric.since !== 'agent');
    const began = /and on \([^)]*pod[^)]*\) \(time\(\) - min by [^<]*kubevigil_container_start_time_seconds/;
    const full = ALERTS.flatMap(({ expr }) =>
      [...expr.matchAll(/last_over_time\((kubevigil_\w+_total)/g)].map(([, name]) => ({ name, expr })),
    );
    expect(full).not.to.be.empty;
    for (const { name, expr } of full) {
      const metric = older.find((one) => one.name === name);
      if (metric === undefined) continue;
      expect(metric, name).to.include({ since: 'container' });
      expect(expr, name).to.match(began);
    }
  });

  it('every dataset column of a node is recorded, and how unusual it is', () => {
    const names = recorded.map(({ record }) => record);
    const deviations = recorded.flatMap(({ labels }) => (labels === undefined ? [] : [labels['column']]));
    for (const { column } of columnsOf(METRICS, 'node')) {
      const operation = column.op === 'rate' ? 'rate1m' : column.aggregate;
      expect(names).to.include(`node:kubevigil_${column.name}:${operation}`);
      expect(deviations).to.include(column.name);
    }
  });
});
