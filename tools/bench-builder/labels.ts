/**
 * What labels cost: rows of one node over 1, 10 and 30 days, labelled and split by 5,000 episodes at random, and by an alert that
 * flaps at every other step, as a build does day by day. Time that grows with rows + episodes stays the same per row and episode.
 */
import { configSchema } from '../../builder/config/schema.ts';
import { labelsAndSplits } from '../../builder/stages/label-and-split.ts';
import { wholeMs } from '../../common/ms.ts';
import { randomFrom } from '../../common/random.ts';
import { median } from '../../common/statistics.ts';
import { utcDay } from '../../common/times.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { Partition } from '../../dataset/model/rows.ts';
import { DAY_MS, START_MS, STEP_MS } from './synthetic.ts';

const DAYS = [1, 10, 30] as const;
const EPISODES = 5_000;
const LONGEST_STEPS = 2;
const WINDOW_MS = 60_000;
const STEPS_PER_DAY = DAY_MS / STEP_MS;
const SPLITS = ['time', 'episode', 'node'] as const;

function episodeAt(i: number, startMs: number, endMs: number): Episode {
  const role = i % 5 === 0 ? 'benign' : 'attack';
  const said = { episode: `e${i}`, scenario: `s${i % 12}`, role, run: '', place: `e.csv line ${i + 2}` };
  return { ...said, startMs, endMs, node: 'node-0', namespace: '', pod: '' };
}

/** Episodes that begin anywhere and last up to two steps: few of them meet, whose pairs would be written down one by one. */
function atRandom(days: number): Episode[] {
  const random = randomFrom(1);
  return Array.from({ length: EPISODES }, (_, i) => {
    const startMs = START_MS + Math.floor(random() * days * DAY_MS);
    return episodeAt(i, startMs, startMs + 1 + Math.floor(random() * LONGEST_STEPS * STEP_MS));
  });
}

/** An alert that fires at two steps and then not at two. */
function flapping(days: number): Episode[] {
  return Array.from({ length: (days * STEPS_PER_DAY) / 4 }, (_, i) => {
    const startMs = START_MS + 4 * i * STEP_MS + 1;
    return episodeAt(i, startMs, startMs + 2 * STEP_MS);
  });
}

function partitionsOf(days: number): Partition[] {
  return Array.from({ length: days }, (_, day) => {
    const firstMs = START_MS + day * DAY_MS;
    return { date: utcDay(firstMs), firstMs, lastMs: firstMs + DAY_MS - STEP_MS };
  });
}

/** Labels all days; gives the milliseconds of CPU time that it took, which busy neighbours change least. */
function labelled(days: number, episodes: readonly Episode[], by: (typeof SPLITS)[number]): number {
  const partitions = partitionsOf(days);
  const rows = partitions.map(({ firstMs }) => ({
    ...{ cluster: '', node: 'node-0', features: [] },
    timesMs: Float64Array.from({ length: STEPS_PER_DAY }, (_, step) => firstMs + step * STEP_MS),
  }));
  const before = process.cpuUsage();
  const labels = labelsAndSplits(
    {
      config: configSchema.parse({ split: { by } }),
      firstMs: wholeMs(START_MS),
      lastMs: wholeMs(START_MS + days * DAY_MS - STEP_MS),
      stepMs: wholeMs(STEP_MS),
      longestWindowMs: wholeMs(WINDOW_MS),
      freshnessMs: wholeMs(1.5 * STEP_MS),
      days: partitions,
      splitsByNameAlone: false,
    },
    [{ source: { kind: 'metric', metric: 'm', episodes: episodes.length }, episodes, warnings: [] }],
    START_MS,
  );
  for (const [day, partition] of partitions.entries()) {
    const own = rows.slice(day, day + 1);
    labels.meet(own);
    labels.digest(partition);
    for (const node of own) labels.apply(node);
  }
  labels.finish();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The medians of some rounds. */
export function benchLabels(rounds: number) {
  const kinds = { 'at random': atRandom, 'an alert that flaps': flapping };
  return Object.entries(kinds).flatMap(([kind, make]) =>
    SPLITS.flatMap((by) =>
      DAYS.map((days) => {
        const episodes = make(days);
        // Twice without a look, so that code is compiled.
        const times = Array.from({ length: rounds + 2 }, () => labelled(days, episodes, by)).slice(2);
        const rows = days * STEPS_PER_DAY;
        const ms = median(times);
        return {
          'episodes of one node': kind,
          'split by': by,
          days,
          rows,
          episodes: episodes.length,
          'CPU ms': ms,
          'µs per row and episode': (1_000 * ms) / (rows + episodes.length),
        };
      }),
    ),
  );
}
