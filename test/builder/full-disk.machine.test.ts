import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { BUILDER, type Ended, runProgram } from './support/cli.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { prometheusWith } from './support/tsdb.ts';

/** Mounts a disk of 64 KB at $1 in a mount namespace of our own, runs the rest, then lists what is on the disk. */
const ON_A_SMALL_DISK =
  'mount -t tmpfs -o size=64k tmpfs "$1" && cd "$1" && shift && "$@"; code=$?; ls -A; exit $code';

/** Ways to a mount namespace: root's, and an ordinary user's by way of a user namespace. */
const UNSHARE = [['-m'], ['-rm']];

async function unshared(flags: readonly string[], disk: string, command: readonly string[]): Promise<Ended> {
  return runProgram('unshare', [...flags, 'sh', '-c', ON_A_SMALL_DISK, 'sh', disk, ...command]).catch(
    (error: Error) => ({
      code: null,
      stdout: '',
      stderr: error.message,
    }),
  );
}

describe('builder build on a full disk', () => {
  const newFolder = temporaryFolder();
  let prometheus: RunningPrometheus | undefined;

  after(() => prometheus?.stop());

  it('says so in one line, with exit 2, and leaves nothing behind', async function () {
    const folder = newFolder();
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const tried: string[] = [];
    let able: readonly string[] | undefined;
    for (const flags of UNSHARE) {
      const { code, stderr } = await unshared(flags, disk, ['true']);
      if (code === 0) able ??= flags;
      else tried.push(stderr.trim());
    }
    if (able === undefined) return skip(this, `no small disk can be mounted: ${tried.join('; ')}`);

    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(4));
    const config = join(folder, 'dataset.yaml');
    writeFileSync(config, 'scrapeInterval: 15s\n');
    const seconds = [FLEET_START_MS, FLEET_END_MS].map((ms) => String(ms / 1000)) as [string, string];
    const { code, stdout, stderr } = await unshared(able, disk, [
      ...[process.execPath, BUILDER, 'build', '--config', config, '--prometheus', prometheus.url],
      ...['--start', seconds[0], '--end', seconds[1], '--output', 'dataset'],
    ]);
    expect(stderr).to.match(/^kubevigil-builder: no space left for [^\n]*\n$/);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
  });
});
