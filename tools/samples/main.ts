/**
 * `npm run samples`: makes samples/demo anew, by the demo on this machine, or of what a demo has left (`-- --from demo-output`);
 * with `-- --campaign lab-output` samples/campaign instead, of what `npm run lab:campaign` has left.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { metadataOf } from '../../dataset/metadata/metadata.ts';
import { REPORT } from '../../dataset/model/file-names.ts';
import { localStorage } from '../../dataset/storage/local/local-storage.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import { ROOT } from '../programs/paths.ts';

/** What a clone may be asked to carry of one sample. */
const MOST_BYTES = 1_000_000;

const SAMPLES = join(ROOT, 'samples');

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const node = (...[program, ...args]: [string, ...string[]]) =>
  execFileSync(process.execPath, [join(ROOT, program), ...args], { stdio: 'inherit' });

/** Puts a dataset into samples/, with a card as this tree writes it, and verifies it. @param leave files that are left out */
async function keep(name: string, dataset: string, leave: readonly string[] = []): Promise<void> {
  const sample = join(SAMPLES, name);
  rmSync(sample, { recursive: true, force: true });
  mkdirSync(sample, { recursive: true });
  cpSync(dataset, sample, { recursive: true });
  for (const path of leave) rmSync(join(sample, path), { force: true });
  const manifest = await readManifest(localStorage(sample));
  if (manifest === undefined) throw new Error(`${dataset} is no dataset`);
  for (const { path, text } of metadataOf(manifest)) writeFileSync(join(sample, path), text);
  const bytes = bytesIn(sample);
  if (bytes > MOST_BYTES) throw new Error(`${sample} has ${bytes} bytes, at most ${MOST_BYTES}`);
  node('dist/builder/main.js', 'verify', sample);
  process.stdout.write(`${sample}: ${bytes} bytes\n`);
}

async function keepDemo(from: string | undefined): Promise<void> {
  if (from === undefined) node('dist/tools/demo/main.js');
  const output = resolve(from ?? join(ROOT, 'demo-output'));
  await keep('demo', join(output, 'dataset'));
  cpSync(join(output, 'episodes.csv'), join(SAMPLES, 'demo-episodes.csv'));
}

const { values } = parseArgs({ options: { from: { type: 'string' }, campaign: { type: 'string' } } });
if (values.campaign === undefined) await keepDemo(values.from);
// The report is a megabyte, and `kubevigil-builder report` draws it of the rest.
else await keep('campaign', join(resolve(values.campaign), 'pods'), [REPORT]);
