#!/usr/bin/env node
/**
 * `npm run test:cluster -- --image registry/kubevigil:0.1.0`: on the cluster that KUBECONFIG names, applies the lab overlay,
 * runs a campaign, exports a dataset with `kubectl create job --from=cronjob/kubevigil-builder`, fetches and verifies it, and
 * cleans up. Each step is named, and so is the one that failed. Exit code 2: it could not begin; 1: a step failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { ROOT } from '../programs/paths.ts';
import { kubectlOf, requireKubeconfig } from './kubectl.ts';
import { campaignOf, labSteps } from './lab.ts';
import { imageParts, writeLab } from './overlay.ts';
import { describeReason } from './reason.ts';
import { type Report, runSteps } from './steps.ts';

const LAB = join(ROOT, 'manifests', 'overlays', 'lab');

interface Flags {
  readonly image: string;
  readonly output: string;
  readonly kubectl: string;
}

const report: Report = {
  done(name, seconds, found) {
    process.stdout.write(`ok ${name} (${seconds.toFixed(1)} s)${found === undefined ? '' : `: ${found}`}\n`);
  },
};

async function run({ image, output, kubectl: file }: Flags): Promise<void> {
  requireKubeconfig(process.env);
  try {
    imageParts(image);
  } catch (error) {
    throw new UsageError(`--image: ${describeReason(error)}`, { cause: error });
  }
  const kubectl = kubectlOf(file);
  // Before anything is made: a cluster that is not there is the user's to put right, not a failed test.
  await kubectl(['version', '--request-timeout=15s']).catch((error: unknown) => {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the cluster of KUBECONFIG cannot be reached: ${describeReason(error)}`, {
      cause: error,
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-cluster-'));
  try {
    const plan = parse(readFileSync(join(LAB, 'plan.yaml'), 'utf8')) as Parameters<typeof campaignOf>[0];
    const lab = parse(readFileSync(join(LAB, 'dataset.yaml'), 'utf8')) as { last?: string };
    const { last: _, ...dataset } = lab;
    writeLab(join(folder, 'overlay'), LAB, {
      image,
      plan,
      dataset: { ...dataset, start: new Date().toISOString() },
    });
    const { steps, cleanUp } = labSteps({
      ...campaignOf(plan),
      ...{ kubectl, image, overlay: join(folder, 'overlay'), output: resolve(output) },
    });
    await runSteps(steps, cleanUp, report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const command = new Program('test:cluster')
  .description(
    'Installs the lab on the cluster of KUBECONFIG, makes a labelled dataset there, and removes it.',
  )
  .requiredOption('--image <reference>', 'the image that the cluster can pull, with its tag or digest')
  .option('--output <folder>', 'where the dataset is put', 'cluster-output')
  .option('--kubectl <file>', 'the program', 'kubectl')
  .allowExcessArguments(false)
  .action(run);
await runCommand(command);
