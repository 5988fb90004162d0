import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../common/log.ts';
import { nodeText } from '../../dataset/episodes/contract.ts';
import { ScenariosError } from '../scenario/errors.ts';
import type { Progress } from './progress.ts';
import type { EpisodeRequest, Target } from './target.ts';
import type { PlannedEpisode, Quiet, Timetable } from './timetable.ts';

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
  target,
  parameters,
}: PlannedEpisode): EpisodeRequest {
  return {
    scenario,
    durationMs,
    intensity,
    affects,
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
    if (entry.kind !== 'episode') continue;
    await Promise.all(entry.targets.map((at) => targets[at]?.check(requestOf(entry))));
  }
}

/** @returns how many nodes it failed on */
async function carryOut(entry: PlannedEpisode, { run, targets, signal, log }: CampaignRun): Promise<number> {
  const episode = episodeName(run, entry.number);
  // When one node's part cannot go on, neither do the others'.
  const abort = new AbortController();
  const both = AbortSignal.any([signal, abort.signal]);
  const parts = entry.targets.flatMap((at) => targets[at] ?? []);
  const ends = await Promise.allSettled(
    parts.map((target) =>
      target.carryOut({ ...requestOf(entry), episode, run }, both).catch((error) => {
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

function textOf(entry: Quiet | PlannedEpisode, targets: readonly Target[], episodes: number): string {
  if (entry.kind !== 'episode') return entry.kind;
  const nodes = entry.targets.flatMap((at) => (targets[at] ? nodeText(targets[at]) : [])).join(', ');
  return `${entry.scenario.name} on ${nodes} (${entry.number} of ${episodes})`;
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
      else await sleep(entry.durationMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    progress.stop();
  }
  if (signal.aborted)
    throw new ScenariosError('interrupted', 'interrupted: what was on is undone and its episode closed');
  return failed;
}
