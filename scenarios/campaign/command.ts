import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { replaceDurably } from '../../common/durable-file.ts';
import { undoingEndSignal } from '../../common/end-signal.ts';
import { firstLineOf } from '../../common/errors.ts';
import { Flag, Program } from '../../common/flags.ts';
import { createLogger, type Logger } from '../../common/log.ts';
import type { LogFlags } from '../../common/log-flags.ts';
import { parseListenAddress } from '../../common/web/listen-address.ts';
import { nodeText } from '../../dataset/episodes/contract.ts';
import { Ledger } from '../ground-truth/ledger.ts';
import { SCENARIOS } from '../registry/registry.ts';
import { ScenariosError } from '../scenario/errors.ts';
import {
  clusterOption,
  LISTEN_FLAG,
  nodeNameOption,
  ownSubject,
  TEMPORARY,
  withLogOptions,
  withTargetOptions,
} from '../serve/options.ts';
import { fileLog } from '../victim/victim-log.ts';
import { aheadMs, prometheusNowMs, requireSameTime } from './clock.ts';
import { coverageLines } from './coverage.ts';
import { loadPlan } from './load-plan.ts';
import { openLocalTarget } from './local-target.ts';
import { planAsRun, planFileName } from './plan-as-run.ts';
import { type Plan, scenarioNames } from './plan-schema.ts';
import { askAbout, checkNodes } from './preflight.ts';
import { previewLines } from './preview.ts';
import { progressOn } from './progress.ts';
import { openRemoteTarget } from './remote-target.ts';
import { checkAll, runCampaign } from './run-campaign.ts';
import type { Target } from './target.ts';
import { timetable, timetableLines } from './timetable.ts';

interface Flags extends LogFlags {
  readonly 'dry-run'?: true;
  readonly coverage?: true;
  readonly seed?: number;
  readonly prometheus?: string;
  readonly episodes: string;
  readonly scratch: string;
  readonly 'allowed-target': readonly string[];
  readonly 'victim.log'?: string;
  readonly 'victim.access-log'?: string;
  readonly 'victim.weak-pages'?: true;
  readonly 'web.listen-address'?: string;
  readonly 'node-name': string;
  readonly cluster?: string;
}

function seed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 0xffff_ffff) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 0 to 4294967295.');
}

function url(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('It is a URL such as http://127.0.0.1:9090.');
}

async function openTargets(plan: Plan, flags: Flags, ledger: Ledger, log: Logger): Promise<Target[]> {
  if (plan.targets === undefined) {
    // Standard output is the campaign's.
    const logTo = (file: string | undefined) => (file === undefined ? () => {} : fileLog(resolve(file)));
    const address = flags['web.listen-address'];
    return [
      await openLocalTarget({
        subject: ownSubject(flags, process.env),
        ledger,
        folder: resolve(flags.scratch),
        allowedTargets: flags['allowed-target'],
        victimLog: logTo(flags['victim.log']),
        accessLog: logTo(flags['victim.access-log']),
        weakPages: flags['victim.weak-pages'] ?? false,
        metrics: address === undefined ? undefined : parseListenAddress(address, LISTEN_FLAG),
        log,
      }),
    ];
  }
  const wanted = scenarioNames(plan);
  const { cluster = '' } = flags;
  const targets = await Promise.all(
    plan.targets.map((target) =>
      openRemoteTarget(target, wanted, ledger, cluster === '' ? undefined : cluster),
    ),
  );
  const names = targets.map(nodeText);
  const twice = targets.find((_, i) => names.indexOf(names[i] as string) !== i);
  if (twice === undefined) return targets;
  throw new ScenariosError(
    'plan',
    `targets: two of them are on node ${nodeText(twice)}: --node-name and --cluster tell services apart`,
  );
}

/** How far each clock that episodes are written by may be from that of the samples. */
async function checkClocks(targets: readonly Target[], prometheus: string, stepMs: number, log: Logger) {
  const nodes = await Promise.all(
    targets.map(async (target) => ({ node: nodeText(target), aheadMs: await target.clockAheadMs() })),
  );
  const serverAheadMs = await aheadMs(() => prometheusNowMs(prometheus));
  requireSameTime(nodes, serverAheadMs, stepMs);
  for (const { node, aheadMs: ms } of nodes)
    log.info('Clocks agree', { node, ahead_of_prometheus_ms: Math.round(ms - serverAheadMs) });
}

/** `night-20261124T164500Z` */
function runName(plan: Plan, nowMs: number): string {
  return `${plan.name}-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

/** @throws {ScenariosError} `truth` */
function keepPlan(path: string, text: string): void {
  try {
    replaceDurably(path, text);
  } catch (cause) {
    throw new ScenariosError('truth', `${path} cannot be written: ${firstLineOf(cause)}`, { cause });
  }
}

async function perform(plan: Plan & { readonly text: string }, flags: Flags, log: Logger): Promise<void> {
  const signal = undoingEndSignal();
  const startMs = Date.now();
  const path = resolve(flags.episodes);
  const ledger = new Ledger(path, startMs);
  const targets = await openTargets(plan, flags, ledger, log).catch((error) => {
    ledger.close();
    throw error;
  });
  try {
    if (flags.prometheus === undefined)
      log.warn('Clocks are not compared with the server that scrapes: --prometheus does');
    else {
      await checkClocks(targets, flags.prometheus, plan.step, log);
      const names = scenarioNames(plan);
      const planned = SCENARIOS.filter(({ name }) => names.includes(name));
      const seen = await askAbout(flags.prometheus, planned);
      for (const warning of checkNodes(targets, seen, planned)) log.warn(warning);
    }
    const table = timetable(plan, targets.length);
    await checkAll(table, targets);
    const run = runName(plan, startMs);
    const asRun = join(dirname(path), planFileName(run));
    keepPlan(asRun, planAsRun(plan.text, { run, seed: plan.seed }));
    const progress = progressOn(process.stderr, log);
    const failed = await runCampaign({ run, table, targets, progress, log, signal });
    const [start, end] = [startMs, Date.now()].map((ms) => new Date(ms).toISOString());
    const [labels, provenance] = [path, asRun].map((file) => relative(process.cwd(), file));
    process.stdout.write(
      `${table.episodes === 1 ? '1 episode is' : `${table.episodes} episodes are`} in ${flags.episodes}: kubevigil-builder build --labels ${labels} --provenance ${provenance} --start ${start} --end ${end}\n`,
    );
    if (failed > 0)
      throw new ScenariosError(
        'failed',
        `${failed} episodes failed; the log says why, and their rows are labelled all the same`,
      );
  } finally {
    await Promise.all(targets.map((target) => target.close()));
    ledger.close();
  }
}

async function run(planFile: string, flags: Flags): Promise<void> {
  const loaded = loadPlan(planFile);
  const plan = { ...loaded, seed: flags.seed ?? loaded.seed };
  if (flags.coverage === true) {
    const names = scenarioNames(plan);
    const planned = SCENARIOS.filter(({ name }) => names.includes(name));
    process.stdout.write(`${coverageLines(plan.name, planned).join('\n')}\n`);
    return;
  }
  if (flags['dry-run'] === true) {
    const nodes = plan.targets?.map((target) => new URL(target.url).origin) ?? [flags['node-name']];
    const table = timetable(plan, nodes.length);
    const lines = [...timetableLines(plan, table, nodes), '', ...previewLines(plan, table, nodes.length)];
    process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  const level = flags['log.level'];
  // On a terminal the bar says what the lines would, and they would tear it.
  const shown = level === 'info' && process.stderr.isTTY ? 'warn' : level;
  await perform(plan, flags, createLogger({ level: shown, format: flags['log.format'] }));
}

/** `kubevigil-scenarios run`. */
export function runPlanCommand(): Program {
  const command = new Program('run')
    .description(
      'Run a campaign: scenarios in random order, with normal time between and their ground truth in a file.',
    )
    .argument('<plan>', 'YAML file')
    .option('--dry-run', 'print the timetable and do nothing')
    .option('--coverage', 'print which metrics the plan would change by which scenarios, and do nothing')
    .option('--seed <n>', "instead of the plan's", seed)
    .option(
      '--prometheus <url>',
      'the server that scrapes the nodes, whose clock must agree to half a step',
      url,
    )
    .option('--episodes <file>', 'where the ground truth is written; earlier lines stay', 'episodes.csv')
    .addOption(
      new Flag(
        '--scratch <folder>',
        'where scenarios write for a while, without targets in the plan',
      ).default(tmpdir(), TEMPORARY),
    )
    .option(
      `${LISTEN_FLAG} <host:port>`,
      'where the ground truth is served as metrics meanwhile, without targets in the plan',
    )
    .addOption(nodeNameOption())
    .addOption(clusterOption());
  return withLogOptions(withTargetOptions(command))
    .allowExcessArguments(false)
    .action(run)
    .example('kubevigil-scenarios run plan.yaml --dry-run', 'print the timetable')
    .example(
      'kubevigil-scenarios run plan.yaml --prometheus http://127.0.0.1:9090',
      'run it, and write episodes.csv',
    );
}
