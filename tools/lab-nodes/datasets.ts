/** The campaign as datasets, one a node, so that any node can be held out without building anew. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDuration } from '../../common/duration.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import { runProgram } from '../demo/program.ts';
import { episodesFile, type Lab, startStore } from './campaign.ts';
import type { LabNode } from './plan.ts';

/** Of the time, where an attacked node was left before its rows for validation began. */
const LEARNED_SHARE = 0.75;
/** Of the time of a node without attacks: what is usual is learned of one half, and scores are held against the other. */
const USUAL_SHARE = 0.5;

export interface BuiltNode {
  readonly node: LabNode;
  readonly folder: string;
  readonly manifest: Manifest;
}

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Where a node's rows for learning end and those for validation begin.
 *
 * @returns milliseconds
 * @internal exported for its own tests
 */
export function validationFrom(
  { name, role }: LabNode,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  begun: Readonly<Record<string, number>>,
): number {
  const after = (share: number) => Math.round(startMs + share * (endMs - startMs));
  return role === 'attacked' ? (begun[name] ?? after(LEARNED_SHARE)) : after(USUAL_SHARE);
}

/**
 * Names of columns that all have, in the order of the first.
 *
 * @internal exported for its own tests
 */
export function commonColumns(all: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = all;
  return first.filter((name) => others.every((own) => own.includes(name)));
}

const features = ({ columns }: Manifest) =>
  columns.filter(({ type }) => type === 'double').map(({ name }) => name);

async function build(
  lab: Lab,
  node: LabNode,
  prometheus: string,
  columns: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<BuiltNode> {
  const { work, state } = lab;
  const { startMs, endMs, wishes, validationMs } = state;
  if (startMs === null || endMs === null) throw new Error('nothing was done yet: there is no row');
  const folder = join(work, 'datasets', node.name);
  const config = join(work, `${node.name}.yaml`);
  const step = formatDuration(wishes.stepMs);
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(
    config,
    JSON.stringify({
      ...{ prometheus: { url: prometheus }, step, scrapeInterval: step, selector: `node="${node.name}"` },
      ...{ start: iso(startMs), end: iso(endMs), labels: [{ episodes: episodesFile(work, node) }] },
      split: {
        by: 'time',
        bounds: [iso(validationFrom(node, { startMs, endMs }, validationMs)), iso(endMs)],
      },
      ...(columns !== undefined && { columns }),
      output: folder,
    }),
  );
  await runProgram('builder', ['build', '--config', config], signal, join(work, `${node.name}.log`));
  const manifest = await readManifest(await openStorage(folder));
  if (manifest === undefined) throw new Error(`${folder} holds no dataset`);
  return { node, folder, manifest };
}

/** Builds a dataset of each node, all of the same columns. */
export async function buildDatasets(lab: Lab, signal: AbortSignal): Promise<BuiltNode[]> {
  const store = await startStore(lab.work, [], lab.state.wishes);
  try {
    const built: BuiltNode[] = [];
    for (const node of lab.nodes) built.push(await build(lab, node, store.url, undefined, signal));
    const columns = commonColumns(built.map(({ manifest }) => features(manifest)));
    const again: BuiltNode[] = [];
    for (const one of built) {
      const isAlike = features(one.manifest).length === columns.length;
      again.push(isAlike ? one : await build(lab, one.node, store.url, columns, signal));
    }
    return again;
  } finally {
    await store.stop();
  }
}
