import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { cpuBurn } from '../../scenarios/attacks/cpu-burn.ts';
import { EpisodeLog } from '../../scenarios/episodes.ts';

describe('episodes.csv', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    path = join(folder, 'episodes.csv');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lines = () => parse(readFileSync(path, 'utf8'), { columns: true }) as Record<string, string>[];

  it('holds the start before the cause begins and the end after it stopped', async () => {
    const log = new EpisodeLog(path, 'night-1');
    const before = Date.now();
    await log.during(cpuBurn, 'node-7', async () => {
      const [open] = lines();
      expect(open?.['end']).to.equal('');
      expect(Number(open?.['start'])).to.be.within(before, Date.now());
    });
    const [closed] = lines();
    expect(closed).to.include({
      episode: 'night-1-001',
      scenario: 'cpu_burn',
      node: 'node-7',
      role: 'attack',
      run: 'night-1',
    });
    expect(Number(closed?.['end'])).to.be.within(Number(closed?.['start']), Date.now());
  });

  it('closes the episode when its cause fails, and passes the failure on', async () => {
    const log = new EpisodeLog(path, 'night-1');
    const failure = new Error('no such device');
    const outcome = await log
      .during(cpuBurn, 'node-7', () => Promise.reject(failure))
      .catch((error) => error);
    expect(outcome).to.equal(failure);
    expect(lines()[0]?.['end']).to.match(/^\d{13}$/);
  });

  it('is a table with a header before the first episode', () => {
    new EpisodeLog(path, 'night-1');
    expect(readFileSync(path, 'utf8')).to.equal('episode,scenario,start,end,node,role,run\n');
  });
});
