/** The command line, read with care. */
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../../common/cli.ts';
import { parseDurationMs } from '../../common/duration.ts';
import { Program } from '../../common/flags.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { SUITES } from '../guests/kernels.ts';
import { CACHE } from '../programs/paths.ts';
import type { CampaignWishes } from './state.ts';

export interface Flags {
  readonly guests: readonly string[];
  readonly 'attack-free': readonly string[];
  readonly scenarios?: readonly string[];
  readonly duration: number;
  readonly gap: number;
  readonly quiet: number;
  readonly step: number;
  readonly repetitions: number;
  readonly seed: number;
  readonly seeds: number;
  readonly work: string;
  readonly mirror?: string;
  readonly campaigns?: readonly string[];
  readonly evaluate?: true;
  readonly trial?: true;
}

const KERNELS = [...SUITES.keys()];
const MOST_SECONDS = 3600;

function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms > 0 && ms <= MOST_SECONDS * 1000) return ms;
  throw new InvalidArgumentError('It is a duration such as 60s, of an hour at most.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 to 9999.');
}

/** @throws {UsageError} for kernels and scenarios that there are not, and too few guests */
export function wishesOf(flags: Flags): CampaignWishes {
  const { guests, 'attack-free': attackFree, scenarios } = flags;
  const kernel = [...guests, ...attackFree].find((name) => !KERNELS.includes(name));
  if (kernel !== undefined) throw new UsageError(`there is no kernel ${kernel}, but ${KERNELS.join(', ')}`);
  if (guests.length < 2)
    throw new UsageError(
      '--guests: one is held out and another learned from, so that there must be two or more',
    );
  if (attackFree.length < 2)
    throw new UsageError(
      '--attack-free: one is for calibration and others for false alarms, so that there must be two or more',
    );
  const unknown = scenarios?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new UsageError(`--scenarios ${unknown}: there is no such scenario`);
  return {
    ...{ seed: flags.seed, repetitions: flags.repetitions, stepMs: flags.step },
    ...{ durationMs: flags.duration, gapMs: flags.gap, quietMs: flags.quiet },
    ...{
      attacked: [...guests],
      attackFree: [...attackFree],
      only: scenarios === undefined ? null : [...scenarios],
    },
  };
}

export function labCommand(run: (flags: Flags) => Promise<void>): Program {
  return new Program('lab:nodes')
    .description(
      'Runs a campaign on guests with kernels of their own, and judges the detector by nodes that it has never seen. What was begun goes on where it was.',
    )
    .option(
      '--guests <kernel...>',
      `kernels of the guests that are attacked, of ${KERNELS.join(', ')}`,
      KERNELS,
    )
    .option(
      '--attack-free <kernel...>',
      'of those that are never attacked; the first is learned from and scores are calibrated by it',
      ['6.1', '6.12'],
    )
    .option('--scenarios <name...>', 'these alone')
    .option('--duration <duration>', 'of each episode', duration, 60_000)
    .option(
      '--gap <duration>',
      'after each episode; windows of 8 rows without an attack are what is learned as normal',
      duration,
      60_000,
    )
    .option(
      '--quiet <duration>',
      'time without attacks before the first, and before those for validation',
      duration,
      300_000,
    )
    .option('--step <duration>', 'between scrapes, and of the datasets', duration, 5_000)
    .option('--repetitions <n>', 'of each scenario on each node', count, 1)
    .option('--seed <n>', 'of the order, and of everything else that is drawn', count, 1)
    .option('--seeds <n>', 'how many models of each kind are learned again for the evaluation', count, 5)
    .option(
      '--work <folder>',
      'what is kept between runs',
      (text: string) => resolve(text),
      join(CACHE, 'lab-nodes'),
    )
    .option('--mirror <url>', "Debian's mirror (default: the one of this machine's apt)")
    .option(
      '--campaigns <dataset...>',
      'judge also by the part test of these datasets, such as those of lab:campaign',
    )
    .option('--trial', 'write nothing for docs')
    .option('--evaluate', 'boot nothing: judge by what there is')
    .allowExcessArguments(false)
    .action(run) as Program;
}
