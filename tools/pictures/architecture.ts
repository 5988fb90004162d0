import { drawing, path, rect, text } from './svg.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
  readonly lines: readonly string[];
}

const HEIGHT = 78;

function drawBox({ x, y, width, title, lines }: Box): string[] {
  return [
    rect(x, y, width, HEIGHT, 'box', 8),
    text(x + width / 2, y + 26, title, { anchor: 'middle', isBold: true, size: 15 }),
    ...lines.map((line, i) =>
      text(x + width / 2, y + 45 + i * 16, line, { anchor: 'middle', name: 'soft', size: 12 }),
    ),
  ];
}

const TOP = 56;
const LOW = 196;
const SCENARIOS: Box = {
  x: 16,
  y: TOP,
  width: 140,
  title: 'scenarios',
  lines: ['attacks and benign', 'workloads'],
};
const EXPORTER: Box = {
  x: 232,
  y: TOP,
  width: 140,
  title: 'exporter',
  lines: ['24 metrics, rules,', 'records of matches'],
};
const PROMETHEUS: Box = { x: 452, y: TOP, width: 140, title: 'Prometheus', lines: ['stores samples'] };
const BUILDER: Box = { x: 672, y: TOP, width: 140, title: 'builder', lines: ['rows, labels, splits'] };
const DATASET: Box = {
  x: 892,
  y: TOP,
  width: 152,
  title: 'dataset',
  lines: ['Parquet or CSV, card,', 'manifest, report'],
};
const ALERTS: Box = {
  x: 452,
  y: LOW,
  width: 140,
  title: 'alerts, Grafana',
  lines: ['generated from the', 'same catalogue'],
};
const DETECTOR: Box = {
  x: 892,
  y: LOW,
  width: 152,
  title: 'detector',
  lines: ['learns from datasets,', 'scores the stream'],
};

const right = ({ x, width }: Box) => x + width;
const middle = ({ x, width }: Box) => x + width / 2;

function between(from: Box, to: Box, label: string): string[] {
  const y = from.y + HEIGHT / 2;
  return [
    path([
      [right(from) + 4, y],
      [to.x - 4, y],
    ]),
    text((right(from) + to.x) / 2, y - 8, label, { anchor: 'middle', name: 'soft', size: 11 }),
  ];
}

/** What a reader needs to know of who gives what to whom. */
export function architecturePicture(): string {
  const node = [
    rect(212, 20, 180, 150, 'rule', 10),
    text(302, 42, 'each node', { anchor: 'middle', name: 'soft', size: 12 }),
  ];
  const truth: readonly (readonly [number, number])[] = [
    [middle(SCENARIOS), TOP + HEIGHT + 4],
    [middle(SCENARIOS), LOW + 112],
    [middle(BUILDER), LOW + 112],
    [middle(BUILDER), TOP + HEIGHT + 6],
  ];
  return drawing(
    1060,
    330,
    'Scenarios act on a node; the exporter exposes metrics; Prometheus stores them; the builder makes datasets; the detector learns from them',
    [
      ...node,
      ...[SCENARIOS, EXPORTER, PROMETHEUS, BUILDER, DATASET, ALERTS, DETECTOR].flatMap(drawBox),
      ...between(SCENARIOS, { ...EXPORTER, x: 212 }, 'act on'),
      ...between(EXPORTER, PROMETHEUS, 'scrapes'),
      ...between(PROMETHEUS, BUILDER, 'samples'),
      ...between(BUILDER, DATASET, 'writes'),
      path([
        [middle(PROMETHEUS), TOP + HEIGHT + 4],
        [middle(ALERTS), LOW - 4],
      ]),
      path([
        [middle(DATASET), TOP + HEIGHT + 4],
        [middle(DETECTOR), LOW - 4],
      ]),
      text(middle(DATASET) + 10, LOW - 28, 'train', { name: 'soft', size: 11 }),
      path([
        [right(BUILDER) - 24, TOP + HEIGHT + 4],
        [right(BUILDER) - 24, LOW + 40],
        [DETECTOR.x - 4, LOW + 40],
      ]),
      text((right(BUILDER) + DETECTOR.x) / 2 - 8, LOW + 32, 'stream of rows', {
        anchor: 'middle',
        name: 'soft',
        size: 11,
      }),
      path([
        [DETECTOR.x - 4, LOW + 62],
        [right(ALERTS) + 4, LOW + 62],
      ]),
      text((right(ALERTS) + middle(BUILDER)) / 2, LOW + 54, 'scores, alarms', {
        anchor: 'middle',
        name: 'soft',
        size: 11,
      }),
      path(truth),
      text(300, LOW + 104, 'ground truth: a metric, and an episodes file', {
        anchor: 'middle',
        name: 'soft',
        size: 11,
      }),
    ],
  );
}
