/**
 * `npm run samples`: makes samples/demo anew, by the demo on this machine, or of what a demo has left (`-- --from demo-output`).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../programs/paths.ts';

/** What a clone may be asked to carry. */
const MOST_BYTES = 1_500_000;

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const { values } = parseArgs({ options: { from: { type: 'string' } } });
const node = (...args: string[]) =>
  execFileSync(
    process.execPath,
    args.map((arg) => (arg.startsWith('dist/') ? join(ROOT, arg) : arg)),
    {
      stdio: 'inherit',
    },
  );
const from = resolve(values.from ?? join(ROOT, 'demo-output'));
if (values.from === undefined) node('dist/tools/demo/main.js');
const sample = join(ROOT, 'samples/demo');
rmSync(sample, { recursive: true, force: true });
mkdirSync(sample, { recursive: true });
cpSync(join(from, 'dataset'), sample, { recursive: true });
cpSync(join(from, 'episodes.csv'), join(sample, '..', 'demo-episodes.csv'));
const bytes = bytesIn(sample);
if (bytes > MOST_BYTES) throw new Error(`samples/demo has ${bytes} bytes, at most ${MOST_BYTES}`);
node('dist/builder/main.js', 'verify', sample);
process.stdout.write(`${sample}: ${bytes} bytes\n`);
