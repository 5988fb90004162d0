import { newestAtSteps, rateValues } from '../../builder/stages/align/grid.ts';
import { circle, drawing, path, rect, text } from './svg.ts';

const S = 1000;
const SCRAPE_S = 15;
const STEP_S = 30;
const WINDOW_S = 60;
const FRESHNESS_S = Math.max(STEP_S, 1.5 * SCRAPE_S);
/** The row's time, and where the picture begins and ends. */
const T = 120;
const [FROM, TO] = [12, 146];
/** Scrapes come a little early or late; each value is another multiple, so that an increase tells its two samples. */
const TIMES = [3, 19, 33, 48, 64, 79, 93, 110, 124, 139];
const VALUES = TIMES.map((_, i) => 10 * 2 ** i);

interface Chosen {
  readonly a: number;
  readonly b: number;
  readonly rate: number;
}

/**
 * The two samples that the builder makes the row's rate of, as its own grid chooses them: b is what `newestAtSteps` finds, and a is the
 * one whose increase gives what `rateValues` gives.
 *
 * @internal exported for its own tests
 */
export function chosenSamples(): Chosen {
  const series = {
    labels: {},
    timestampsMs: Float64Array.from(TIMES, (s) => s * S),
    values: Float64Array.from(VALUES),
    staleMs: new Float64Array(),
  };
  const grid = { firstMs: T * S, stepMs: STEP_S * S, steps: 1 };
  const [b = -1] = newestAtSteps(series.timestampsMs, grid, FRESHNESS_S * S);
  const [rate = Number.NaN] = rateValues(series, grid, {
    freshnessMs: FRESHNESS_S * S,
    windowMs: WINDOW_S * S,
  });
  const value = (i: number) => VALUES[i] ?? Number.NaN;
  const time = (i: number) => TIMES[i] ?? Number.NaN;
  const a = TIMES.findIndex((s, i) => Math.abs((value(b) - value(i)) / (time(b) - s) - rate) < 1e-9);
  if (a < 0 || b < 0) throw new Error('no two samples give the rate of the grid');
  return { a, b, rate };
}

const WIDTH = 940;
const x = (s: number) => 40 + ((s - FROM) / (TO - FROM)) * (WIDTH - 80);

function span(y: number, from: number, to: number, label: string): string[] {
  return [
    path(
      [
        [x(from), y - 5],
        [x(from), y + 5],
      ],
      'line',
      true,
    ),
    path(
      [
        [x(from), y],
        [x(to), y],
      ],
      'line',
      true,
    ),
    path(
      [
        [x(to), y - 5],
        [x(to), y + 5],
      ],
      'line',
      true,
    ),
    text((x(from) + x(to)) / 2, y - 8, label, { anchor: 'middle', size: 12 }),
  ];
}

/** The time line of one row: which samples it is made of, and which it never sees. */
export function oneRowPicture(): string {
  const { a, b } = chosenSamples();
  const axis = 190;
  const [ta = 0, tb = 0] = [TIMES[a], TIMES[b]];
  const samples = TIMES.map((s, i) => ({ s, i })).filter(({ s }) => s > FROM && s < TO);
  return drawing(WIDTH, 300, 'Which samples one row is made of', [
    text(
      40,
      32,
      `One row at t, with steps of ${STEP_S} s, a window of ${WINDOW_S} s, and a scrape every ${SCRAPE_S} s`,
      { isBold: true, size: 15 },
    ),
    rect(x(T - STEP_S), 120, x(T) - x(T - STEP_S), 110, 'shade'),
    rect(x(T), 120, x(TO) - x(T), 110, 'hot'),
    text((x(T) + x(TO)) / 2, 136, 'after t: never read', { anchor: 'middle', name: 'attack', size: 12 }),
    ...span(76, ta, tb, 'rate = increase from a to b ÷ time between them'),
    ...span(112, T - STEP_S, T, 'the row: (t − step, t]'),
    path([
      [x(FROM), axis],
      [x(TO), axis],
    ]),
    ...samples.map(({ s, i }) =>
      circle(x(s), axis, 6, s > T ? 'hollow' : i === a || i === b ? 'data' : 'mark'),
    ),
    text(x(ta), axis + 24, 'a', { anchor: 'middle', name: 'data', isBold: true, size: 15 }),
    text(x(tb), axis + 24, 'b', { anchor: 'middle', name: 'data', isBold: true, size: 15 }),
    path(
      [
        [x(T), 100],
        [x(T), axis + 40],
      ],
      'line',
      true,
    ),
    text(x(T), axis + 58, 't', { anchor: 'middle', isBold: true, size: 15 }),
    text(40, 272, 'b: the newest sample that is fresh at t; a gauge is its value.', {
      name: 'soft',
      size: 12,
    }),
    text(
      40,
      289,
      'a: the newest sample at least 0.9 windows older than b. Without a or b the value is null; nothing is filled in.',
      { name: 'soft', size: 12 },
    ),
  ]);
}
