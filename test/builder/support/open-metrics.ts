import { randomFrom } from './random.ts';

const STEP_MS = 15_000;
const SAMPLES = 1_500;

/** The first and the last moment of `openMetrics`. */
export const START_MS = 1_700_006_400_000;
export const END_MS = START_MS + SAMPLES * STEP_MS;

const NODES = ['n0', 'n1', 'n2', 'wörker \\"3\\"\\\\'];
const SPECIAL = ['NaN', '+Inf', '-Inf', '-0', '5e-324', '-1.7976931348623157e+308', '1e-300'];

/** Each of these makes the next value of a series. */
const FAMILIES: {
  name: string;
  type: string;
  next: (previous: number, random: () => number) => number | string;
}[] = [
  {
    name: 'test_requests_total',
    type: 'counter',
    next: (previous, random) => (random() < 0.002 ? 0 : previous + Math.floor(random() * 900)),
  },
  { name: 'test_ratio', type: 'gauge', next: (_, random) => random() },
  {
    name: 'test_special',
    type: 'gauge',
    next: (_, random) => SPECIAL[Math.floor(random() * SPECIAL.length)] ?? 0,
  },
];

/**
 * Six hours at 15 s: counters with resets, fractions and special values; jitter, lost scrapes, an outage; and a series
 * with six hours between its two samples.
 */
export function openMetrics(): string {
  const random = randomFrom(42);
  const lines: string[] = [];
  for (const { name, type, next } of FAMILIES) {
    lines.push(`# TYPE ${name.replace(/_total$/, '')} ${type}`);
    for (const node of NODES) {
      let previous = 0;
      for (let i = 0; i < SAMPLES; i++) {
        const outage = i > 700 && i < 760;
        if (outage || random() < 0.01) continue;
        const value = next(previous, random);
        previous = Number(value);
        const jitterMs = random() < 0.2 ? Math.floor(random() * 5_000) : 0;
        lines.push(`${name}{node="${node}"} ${value} ${(START_MS + i * STEP_MS + jitterMs) / 1000}`);
      }
    }
  }
  lines.push(
    '# TYPE test_rare gauge',
    `test_rare 1 ${START_MS / 1000}`,
    `test_rare 2 ${(END_MS - 1) / 1000}`,
  );
  return [...lines, '# EOF', ''].join('\n');
}
