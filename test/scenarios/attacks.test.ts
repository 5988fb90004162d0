import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { cpuBurn } from '../../scenarios/attacks/cpu-burn.ts';
import { diskThrash } from '../../scenarios/attacks/disk-thrash.ts';

/** Processes that run one of our workers, by the command lines in /proc. */
function workers(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false; // it ended while we looked
      }
    });
}

let folder: string;

describe('attacks', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const scenario of [cpuBurn, diskThrash]) {
    describe(scenario.name, () => {
      it('names columns of the catalogue', () => {
        const columns = METRICS.flatMap((metric) => metric.columns.map((column) => column.name));
        expect(columns).to.include.members([...scenario.moves]);
      });

      it('ends by itself and leaves no process and no file', async () => {
        await scenario.run({ durationMs: 300, intensity: 0.5, folder });
        expect(workers()).to.deep.equal([]);
        expect(readdirSync(folder)).to.deep.equal([]);
      });

      it('stops when it is told to', async () => {
        const abort = new AbortController();
        const run = scenario.run({ durationMs: 3_600_000, intensity: 0.5, folder }, abort.signal);
        await sleep(300);
        expect(workers()).not.to.deep.equal([]);
        abort.abort();
        await run;
        expect(workers()).to.deep.equal([]);
        expect(readdirSync(folder)).to.deep.equal([]);
      });
    });
  }

  it('fails with what the worker said', async () => {
    const outcome = await diskThrash
      .run({ durationMs: 100, intensity: 1, folder: join(folder, 'missing') })
      .catch((error: unknown) => error);
    expect(String(outcome)).to.match(/scenario disk-thrash failed: Error: ENOENT/);
  });
});
