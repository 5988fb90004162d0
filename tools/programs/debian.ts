/**
 * Debian packages without installing them: `apt-get update` and `download` with every state folder of apt moved
 * into a folder of our own, then `dpkg -x`. An ordinary user can do this, and dpkg's database stays as it is.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const APT_TIMEOUT_MS = 300_000;
const MOST_OUTPUT_BYTES = 32 * 1_048_576;

/** apt's options that keep all it writes below `folder`; with `sources`, a file of its own in the place of the machine's. */
export function aptOptions(folder: string, sources?: string): string[] {
  mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  return [
    '-q',
    `-oDir::State::Lists=${join(folder, 'lists')}`,
    `-oDir::Cache=${join(folder, 'cache')}`,
    '-oDir::State::status=/dev/null',
    '-oAcquire::Languages=none',
    // As root, apt would fetch as its own user, who may not write here.
    '-oAPT::Sandbox::User=root',
    ...(sources === undefined
      ? []
      : [`-oDir::Etc::SourceList=${sources}`, '-oDir::Etc::SourceParts=/dev/null']),
  ];
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote
 * @throws {Error} one line
 */
export async function command(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await run(file, args, { cwd, timeout: APT_TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new Error(`there is no ${file} here`, { cause: error });
    const said = (stderr ?? '').trim().split('\n').at(-1);
    throw new Error(`${file} ${args.at(-1) ?? ''}: ${said === '' ? 'failed' : said}`, { cause: error });
  }
}

/**
 * Fetches the packages and unpacks them together as `target`, which appears whole or not at all.
 *
 * @throws {Error} one line, when apt-get or dpkg are not here, or a package cannot be had
 */
export async function unpackDebianPackages(names: readonly string[], target: string): Promise<void> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  const work = mkdtempSync(join(parent, `.${names[0]}-`));
  try {
    process.stderr.write(`fetching the Debian package ${names.join(', ')} into the project's cache folder\n`);
    const options = aptOptions(work);
    await command('apt-get', [...options, 'update'], work);
    await command('apt-get', [...options, 'download', ...names], work);
    const archives = readdirSync(work).filter((file) => file.endsWith('.deb'));
    if (archives.length < names.length)
      throw new Error(`apt-get download ${names.join(' ')} left no package`);
    const tree = join(work, 'tree');
    for (const archive of archives) await command('dpkg', ['-x', join(work, archive), tree], work);
    if (!existsSync(target)) renameSync(tree, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
