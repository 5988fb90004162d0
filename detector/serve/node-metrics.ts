/**
 * What is told of each node, as text of Prometheus' exposition format. Thousands of nodes have tens of thousands of series: they are written
 * straight from the nodes, a piece at a time, and nothing but the nodes' labels is kept until the page is over.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { MS_PER_SECOND } from '../../common/ms.ts';
import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import { NODE_STATES, type NodeState, type NodeWatch } from '../watch/node-watch.ts';

/** A piece of a page has about so many characters. */
const PIECE = 65_536;

const escaped = (text: string) => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));

/** A node as it is told of. */
interface Told {
  readonly node: NodeWatch;
  readonly state: NodeState;
  /** Its name as labels. */
  readonly labels: string;
  /** Seconds since its newest row came. */
  readonly age: number;
}

/** Another label, if there is one, and a value. */
type Sample = readonly [value: number, more?: string];

interface Family {
  readonly metric: ProgramMetric;
  samples(told: Told): Iterable<Sample>;
}

const label = (name: string, value: string) => `,${name}="${escaped(value)}"`;

/** Values of newest rows: none of a node that has sent nothing for long. */
function fresh(metric: ProgramMetric, samples: (node: NodeWatch) => Iterable<Sample>): Family {
  return { metric, samples: ({ node, state }) => (state === 'stale' ? [] : samples(node)) };
}

function familiesOf(classes: readonly string[], isActive: boolean): Family[] {
  const states = NODE_STATES.map((state) => [state, label('state', state)] as const);
  return [
    fresh(detectorMetrics.anomalyScore, ({ score }) => (score === undefined ? [] : [[score]])),
    fresh(detectorMetrics.alarm, ({ alarm }) => [[Number(isActive && alarm !== undefined)]]),
    fresh(detectorMetrics.classProbability, (node) =>
      node.alarm === undefined
        ? []
        : (node.scored?.probabilities ?? []).map(
            (value, i): Sample => [value, label('class', classes[i] ?? 'unknown')],
          ),
    ),
    {
      metric: detectorMetrics.nodeState,
      samples: ({ state: now }) => states.map(([state, more]): Sample => [Number(state === now), more]),
    },
    fresh(detectorMetrics.pValue, ({ scored }) =>
      Object.entries(scored?.pValues ?? {}).map(([part, value]): Sample => [value, label('part', part)]),
    ),
    fresh(detectorMetrics.contribution, ({ alarm }) =>
      (alarm?.contributions ?? []).map(
        ({ column, without }): Sample => [(alarm?.peak.score ?? 0) - without, label('column', column)],
      ),
    ),
    { metric: detectorMetrics.inputAge, samples: ({ age }) => [[age]] },
    fresh(detectorMetrics.inputMissing, ({ missing }) => [[missing]]),
    fresh(detectorMetrics.drift, ({ drift }) => [[drift]]),
  ];
}

function toldOf(node: NodeWatch, nowMs: number): Told {
  const { cluster, node: name, namespace = '', pod = '' } = node.entity;
  const labels = Object.entries({ cluster: cluster ?? '', node: name, namespace, pod })
    .map(([key, value]) => `${key}="${escaped(value)}"`)
    .join();
  return { node, state: node.stateAt(nowMs), labels, age: (nowMs - node.arrivedMs) / MS_PER_SECOND };
}

/**
 * The page's part about nodes, piece by piece.
 *
 * @param classes of the model; `unknown` comes behind them
 * @param isActive whether the model may raise alarms
 */
export function* nodeMetrics(
  nodes: readonly NodeWatch[],
  classes: readonly string[],
  isActive: boolean,
  nowMs: number,
): Generator<string> {
  let piece = '';
  const all = nodes.map((node) => toldOf(node, nowMs));
  for (const { metric, samples } of familiesOf(classes, isActive)) {
    const { name, help, type } = metric;
    piece += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const told of all) {
      for (const [value, more = ''] of samples(told)) piece += `${name}{${told.labels}${more}} ${value}\n`;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece;
}
