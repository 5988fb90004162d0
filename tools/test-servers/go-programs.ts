/** Servers that Go builds: fetched by module name through the ordinary client, the program into the project's cache. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onPath } from '../programs/find.ts';
import { CACHE } from '../programs/paths.ts';

const run = promisify(execFile);
const BUILD_TIMEOUT_MS = 3_600_000;
const MOST_OUTPUT_BYTES = 32 * 1_048_576;

interface GoProgram {
  readonly module: string;
  readonly version: string;
  readonly folder: string;
  readonly tags?: string;
}

/** Of VictoriaMetrics' cluster no version can be had as a module: its tags (`v1.x.y-cluster`) are not served. */
const GO_PROGRAMS = {
  'victoria-metrics': {
    module: 'github.com/VictoriaMetrics/VictoriaMetrics',
    version: 'v1.151.0',
    folder: './app/victoria-metrics',
  },
  thanos: {
    module: 'github.com/thanos-io/thanos',
    version: 'v0.42.0',
    folder: './cmd/thanos',
    // As its Makefile does: it counts on how Prometheus keeps labels, and panics otherwise.
    tags: 'slicelabels',
  },
  prometheus: { module: 'github.com/prometheus/prometheus', version: 'v0.316.0', folder: './cmd/prometheus' },
} as const satisfies Record<string, GoProgram>;

/**
 * The path of a server's program; it is built when it is not in the cache, which takes minutes.
 *
 * @throws {Error} one line, when Go is not here, or the module cannot be had or built
 */
export async function goProgram(name: keyof typeof GO_PROGRAMS): Promise<string> {
  const { module, version, folder, tags = '' }: GoProgram = GO_PROGRAMS[name];
  const file = join(CACHE, 'servers', `${name}-${version}`);
  if (existsSync(file)) return file;
  if (onPath('go') === undefined) throw new Error('Go is not here');
  process.stderr.write(`building ${module} ${version} into the project's cache folder\n`);
  mkdirSync(dirname(file), { recursive: true });
  // The module's own go.work names folders that it does not ship.
  const env = { ...process.env, GOWORK: 'off', GOFLAGS: '-buildvcs=false' };
  const go = async (args: readonly string[]) => {
    try {
      const options = { env, timeout: BUILD_TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES };
      return (await run('nice', ['-n', '15', 'go', ...args], options)).stdout;
    } catch (error) {
      const said = ((error as { stderr?: string }).stderr ?? '').trim().split('\n').at(-1);
      throw new Error(`go ${args[0]}: ${said || 'failed'}`, { cause: error });
    }
  };
  const { Dir: source } = JSON.parse(await go(['mod', 'download', '-json', `${module}@${version}`])) as {
    Dir: string;
  };
  await go(['build', '-C', source, '-mod=readonly', '-p', '2', '-tags', tags, '-o', `${file}.part`, folder]);
  renameSync(`${file}.part`, file);
  return file;
}
