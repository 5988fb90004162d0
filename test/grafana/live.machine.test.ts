import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';
import { podsRefusal } from '../support/pod.ts';
import { program } from '../support/programs.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { askNow, askRange, evaluatedRules, labelNames, labelValues } from './support/ask.ts';
import { DASHBOARDS, type PanelJson, panelsOf, queryOf, type Target } from './support/dashboards.ts';
import { type Choice, interpolate, stepSeconds } from './support/interpolate.ts';
import { CLUSTER, NAMESPACE, NODE, POD, tracingRefusal, type Watched, watch } from './support/watched.ts';

const RANGE_SECONDS = 300;

/** What of an exporter's pages comes by tracing, by the text that tells it in a query. */
const NEEDS_TRACING: Readonly<Record<string, string>> = {
  outbound_destinations: 'connections are told by tracing',
  exec_events_unattributed: 'the control groups of programs are told by tracing',
  exec_events_lost: 'only tracing can lose events',
  container_oom_kills: 'whose process was killed is told by tracing',
};

/** What comes of pods. */
const NEEDS_PODS = ['pod=~"$pod"', 'pod!=""', 'label_values(kubevigil_processes', 'cpu_throttled'];

/** Nothing of these on the pages of the dashboards named: only a kubelet makes it. */
const NEEDS_KUBELET: Readonly<Record<string, string>> = {
  'Kubevigil / Pod: Suspicious log lines':
    'kubevigil_suspicious_log_lines_total of a pod: the kubelet writes the logs of pods',
  'Kubevigil / Exporter: Mounts that the exporter could write to':
    'kubevigil_writable_mounts: an exporter on the host itself was given no mounts',
};

/** The labels for which a table has columns. */
function columnsOf({ transformations = [] }: PanelJson): string[] {
  const organize = transformations.find(({ id }) => id === 'organize');
  return Object.keys(organize?.options.renameByName ?? {});
}

describe('dashboards on a machine under watch', () => {
  const folder = temporaryFolder();
  const refusal = podsRefusal();
  const untraced = tracingRefusal();
  let watched: Watched;

  before(async () => {
    await program('prometheus');
    watched = await watch(folder(), refusal === undefined);
    await waitFor('the first scrape', async () => (await askNow(watched.url, 'kubevigil_build_info')) > 0);
    await watched.act();
  });
  after(() => watched?.stop());

  const everything: Choice = {
    variables: { cluster: '.*', node: '.*', namespace: '.*', pod: '.*' },
    rangeSeconds: RANGE_SECONDS,
    scrapeSeconds: 1,
  };
  /** What is chosen at the top of each. */
  const one: Choice = {
    ...everything,
    variables: { cluster: CLUSTER, node: NODE, namespace: NAMESPACE, pod: POD },
  };

  /** Waits until the query has numbers; an expression that Prometheus refuses fails at once. */
  async function hasData(
    { expr, instant = false }: Pick<Target, 'expr' | 'instant'>,
    choice: Choice,
  ): Promise<void> {
    const query = interpolate(expr, choice);
    const ask = () =>
      instant
        ? askNow(watched.url, query)
        : askRange(watched.url, query, choice.rangeSeconds, stepSeconds(choice));
    await waitFor(`data of ${query}`, async () => (await ask()) > 0);
  }

  /** A label without a column of its own would keep rows apart that are one. */
  async function hasColumnsOnly({ expr }: Pick<Target, 'expr'>, columns: readonly string[]): Promise<void> {
    const names = await labelNames(watched.url, interpolate(expr, everything));
    expect(
      names.filter((name) => !columns.includes(name)),
      expr,
    ).to.deep.equal([]);
  }

  /** Why this query can have nothing here; undefined when it must have something. */
  function excuse(expr: string): string | undefined {
    if (refusal !== undefined && NEEDS_PODS.some((text) => expr.includes(text)))
      return `no pods here: ${refusal}`;
    const told = Object.entries(NEEDS_TRACING).find(([text]) => expr.includes(text))?.[1];
    return untraced === undefined || told === undefined ? undefined : `${told}: ${untraced}`;
  }

  for (const dashboard of DASHBOARDS) {
    describe(dashboard.title, () => {
      for (const variable of dashboard.templating.list.filter(({ type }) => type === 'query')) {
        it(`the variable ${variable.name} has values`, async function () {
          const why = excuse(queryOf(variable));
          if (why !== undefined) skip(this, why);
          const query = interpolate(queryOf(variable), everything);
          const values = await waitFor(`values of ${query}`, async () => {
            const found = await labelValues(watched.url, query);
            return found.includes(one.variables[variable.name] ?? '') ? found : undefined;
          });
          expect(values).not.to.include('');
        });
      }

      for (const { name, expr } of dashboard.annotations.list) {
        it(`the annotation «${name}» has data`, async function () {
          // The alert that fires here is about a program that a pod starts.
          if (name === 'Alerts' && refusal !== undefined) skip(this, refusal);
          await hasData({ expr }, one);
        });
      }

      for (const panel of panelsOf(dashboard)) {
        it(`the panel «${panel.title}» has data, for one node and for all`, async function () {
          const targets = panel.targets ?? [];
          expect(targets).not.to.be.empty;
          for (const target of targets) {
            const why =
              NEEDS_KUBELET[`${dashboard.title}: ${panel.title}`] ??
              excuse(target.expr) ??
              (target.expr.startsWith('count by (severity') ? refusal : undefined);
            if (why !== undefined) skip(this, why);
            await hasData(target, one);
            await hasData(target, everything);
            if (panel.type === 'table') await hasColumnsOnly(target, columnsOf(panel));
          }
        });
      }
    });
  }

  describe('its rules', () => {
    it('no rule fails on what is there', async () => {
      const rules = await waitFor('the rules to be evaluated', async () => {
        const all = await evaluatedRules(watched.url);
        return all.some(({ health }) => health === 'ok') ? all : undefined;
      });
      expect(rules).to.have.length.above(100);
      expect(rules.filter(({ health }) => health === 'err')).to.deep.equal([]);
      // Those of a group that is evaluated every five minutes may still wait for their turn.
      for (const { query } of rules.filter(({ health }) => health === 'unknown'))
        await askNow(watched.url, query);
    });
  });
});
