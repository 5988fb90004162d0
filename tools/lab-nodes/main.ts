#!/usr/bin/env node
/**
 * `npm run lab:nodes`: guests with kernels of their own, beside each other by qemu without KVM, each with the exporter and scenarios; one Prometheus; a
 * campaign on all of them at once, the datasets that the builder makes of it, and what the detector is worth on nodes that it has never seen.
 * `npm run generate` makes docs/reference/evaluation.md of what was found. A run that was interrupted goes on where it was.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '../../common/cli.ts';
import { undoingEndSignal } from '../../common/end-signal.ts';
import { assetsOf } from '../guests/assets.ts';
import { findQemu } from '../guests/find-qemu.ts';
import { ROOT } from '../programs/paths.ts';
import { keep, type Lab, runCampaign, stateFile } from './campaign.ts';
import { buildDatasets } from './datasets.ts';
import { factsOfDataset } from './facts.ts';
import { type Flags, labCommand, wishesOf } from './flags.ts';
import { openGuest, packProduct } from './guests.ts';
import { judge, judgeCampaign, rotationsOf } from './judge.ts';
import { nodesOf } from './plan.ts';
import { type CampaignJudgement, type Judgement, writeLabResults } from './results.ts';
import { openState } from './state.ts';
import { type CountedNode, resultsOf } from './summary.ts';

const TOKEN_BYTES = 24;

const tell = (line: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

/** Of the checkout. */
const commit = () =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();

/** Boots everything and carries out what is left. */
async function campaign(lab: Lab, { mirror }: Flags, signal: AbortSignal): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new UsageError('making disks of foreign systems takes root: run this as root');
  const folder = join(lab.work, 'run');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const qemu = await findQemu(tell);
    const assets = await assetsOf({ mirror, fresh: false }, tell);
    tell('packing the product');
    const product = await packProduct(folder, lab.state.token);
    signal.throwIfAborted();
    lab.state.commits.push(commit());
    keep(lab);
    const machinery = { qemu, assets, product, folder };
    await runCampaign(lab, (node, ending) => openGuest(node, machinery, ending), signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes datasets of what there is, and judges the detector by them. */
async function evaluate(lab: Lab, flags: Flags, signal: AbortSignal): Promise<void> {
  const { seed, seeds, trial, campaigns: asked = [] } = flags;
  tell('building the datasets');
  const built = await buildDatasets(lab, signal);
  const counted: CountedNode[] = [];
  for (const one of built) counted.push({ node: one.node, facts: await factsOfDataset(one) });
  for (const { node, facts } of counted) tell(`${node.name}: ${JSON.stringify(facts)}`);
  const judging = { work: lab.work, seed, seeds, tell, signal };
  const judgements: Judgement[] = [];
  for (const rotation of rotationsOf(built)) {
    const found = await judge(rotation, judging);
    const { attacks, strong, falseAlarms } = found;
    tell(
      `${found.heldOut}: ${attacks.found} of ${attacks.events} attacks, ${strong.found} of ${strong.events} strong ones; ${falseAlarms.alarms} false alarms in ${falseAlarms.nodeDays.toFixed(3)} node-days`,
    );
    judgements.push(found);
  }
  const campaigns: CampaignJudgement[] = [];
  for (const folder of asked) campaigns.push(await judgeCampaign(folder, judging));
  const columns = built[0]?.manifest.columns.filter(({ type }) => type === 'double').length ?? 0;
  const date = new Date().toISOString().slice(0, 10);
  const about = { date, columns, evaluated: commit(), evaluationSeeds: seeds };
  const results = resultsOf(lab.state, counted, { judgements, campaigns }, about);
  if (trial === true) return;
  writeLabResults(results);
  tell('npm run generate writes docs/reference/evaluation.md');
}

async function run(flags: Flags): Promise<void> {
  const wishes = wishesOf(flags);
  mkdirSync(flags.work, { recursive: true });
  const state = openState(stateFile(flags.work), wishes, () => randomBytes(TOKEN_BYTES).toString('hex'));
  const lab: Lab = { work: flags.work, state, nodes: nodesOf(wishes.attacked, wishes.attackFree), tell };
  const signal = undoingEndSignal();
  if (flags.evaluate !== true) await campaign(lab, flags, signal);
  signal.throwIfAborted();
  await evaluate(lab, flags, signal);
}

await runCommand(labCommand(run));
