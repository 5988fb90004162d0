import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../common/log.ts';
import type { ChainPlace } from '../../dataset/episodes/contract.ts';
import { nodeText } from '../../dataset/episodes/contract.ts';
import { ScenariosError } from '../scenario/errors.ts';
import type { Progress } from './progress.ts';
import type { EpisodeRequest, Target } from './target.ts';
import type { Entry, PlannedChain, PlannedEpisode, Timetable } from './timetable.ts';

export interface CampaignRun {
  /** The campaign's name, unlike that of every other. */
  readonly run: string;
  readonly table: Timetable;
  readonly targets: readonly Target[];
  readonly progress: Progress;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** `night-20261124T164500Z-007`: the same on all nodes that it affects. */
function episodeName(run: string, number: number): string {
  return `${run}-${String(number).padStart(3, '0')}`;
}

function requestOf({
  scenario,
  durationMs,
  intensity,
  affects,
  involvement,
  target,
  parameters,
}: EpisodeRequest): EpisodeRequest {
  return {
    scenario,
    durationMs,
    intensity,
    affects,
    ...(involvement !== undefined && { involvement }),
    ...(target !== undefined && { target }),
    ...(parameters !== undefined && { parameters }),
  };
}

/**
 * Asks each node whether it would do all that is planned, so that a campaign does not end in its middle.
 *
 * @throws {ScenariosError} `refused`
 */
export async function checkAll({ entries }: Timetable, targets: readonly Target[]): Promise<void> {
  for (const entry of entries) {
    const episodes = entry.kind === 'chain' ? entry.stages : entry.kind === 'episode' ? [entry] : [];
    for (const episode of episodes)
      await Promise.all(episode.targets.map((at) => targets[at]?.check(requestOf(episode))));
  }
}

type Planned = EpisodeRequest & Pick<PlannedEpisode, 'number' | 'targets'>;

/** @returns how many nodes it failed on */
async function carryOut(
  planned: Planned,
  { run, targets, signal, log }: CampaignRun,
  place?: ChainPlace,
): Promise<number> {
  const episode = episodeName(run, planned.number);
  // When one node's part cannot go on, neither do the others'.
  const abort = new AbortController();
  const both = AbortSignal.any([signal, abort.signal]);
  const parts = planned.targets.flatMap((at) => targets[at] ?? []);
  const order = { ...requestOf(planned), episode, run, ...(place !== undefined && { place }) };
  const ends = await Promise.allSettled(
    parts.map((target) =>
      target.carryOut(order, both).catch((error) => {
        abort.abort();
        throw error;
      }),
    ),
  );
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  const failures = ends.flatMap((end) =>
    end.status === 'fulfilled' && end.value.outcome === 'failed' ? [end.value.failure ?? ''] : [],
  );
  for (const error of failures)
    log.error('Episode failed; its rows are labelled all the same', { episode, error });
  return failures.length;
}

/**
 * Carries a chain out: each stage begins at its time, and not before the one is over that it follows. When one cannot go on, neither do
 * the others.
 *
 * @returns how often one failed on a node
 */
async function carryOutChain({ name, stages }: PlannedChain, campaign: CampaignRun): Promise<number> {
  const abort = new AbortController();
  const signal = AbortSignal.any([campaign.signal, abort.signal]);
  const startMs = performance.now();
  const chain = `${campaign.run}-${name}`;
  const over: Promise<number>[] = [];
  for (const planned of stages) {
    const before = planned.after === undefined ? undefined : over[planned.after];
    const begin = async () => {
      await before;
      const leftMs = Math.max(planned.pauseMs, planned.atMs - (performance.now() - startMs));
      if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return 0;
      campaign.log.info(`Stage ${planned.stage} begins`, { chain, scenario: planned.scenario.name });
      return carryOut(planned, { ...campaign, signal }, { chain, stage: planned.stage });
    };
    over.push(
      begin().catch((error) => {
        abort.abort();
        throw error;
      }),
    );
  }
  const ends = await Promise.allSettled(over);
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return ends.reduce((sum, end) => sum + (end.status === 'fulfilled' ? end.value : 0), 0);
}

const nodesOf = (places: readonly number[], targets: readonly Target[]) =>
  [...new Set(places)].flatMap((at) => (targets[at] ? nodeText(targets[at]) : [])).join(', ');

function textOf(entry: Entry, targets: readonly Target[], episodes: number): string {
  if (entry.kind === 'chain') {
    const places = entry.stages.flatMap((stage) => stage.targets);
    return `chain ${entry.name} on ${nodesOf(places, targets)} (${entry.stages.length} of ${episodes})`;
  }
  if (entry.kind !== 'episode') return entry.kind;
  return `${entry.scenario.name} on ${nodesOf(entry.targets, targets)} (${entry.number} of ${episodes})`;
}

/**
 * Carries a timetable out. At the signal the episode that is on is stopped and closed, and no other begins.
 *
 * @returns how many episodes failed
 * @throws {ScenariosError} `interrupted`; `unreachable`, `refused` or `truth` when it cannot go on
 */
export async function runCampaign(campaign: CampaignRun): Promise<number> {
  const { table, targets, progress, signal } = campaign;
  let failed = 0;
  let rate: number | undefined;
  progress.start(table.totalMs);
  try {
    for (const entry of table.entries) {
      if (signal.aborted) break;
      progress.begin(textOf(entry, targets, table.episodes), entry.atMs, entry.durationMs);
      if (entry.requestsPerSecond !== rate) {
        rate = entry.requestsPerSecond;
        await Promise.all(targets.map((target) => target.setBackground(entry.requestsPerSecond)));
      }
      if (entry.kind === 'episode') failed += await carryOut(entry, campaign);
      else if (entry.kind === 'chain') failed += await carryOutChain(entry, campaign);
      else await sleep(entry.durationMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    progress.stop();
  }
  if (signal.aborted)
    throw new ScenariosError('interrupted', 'interrupted: what was on is undone and its episode closed');
  return failed;
}
