import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ExecEvent } from '../../../../exporter/trace/events/events.ts';
import { openPollingSource } from '../../../../exporter/trace/polling/polling.ts';
import { waitFor } from '../../../../tools/programs/wait.ts';
import { type CollectingSource, collecting } from '../support/collecting.ts';
import { execs, run } from '../support/processes.ts';

function forks(): number {
  return Number(/^processes (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
}

describe('polling for program starts', () => {
  let source: CollectingSource;

  beforeEach(() => {
    source = collecting((listener) => openPollingSource({ procfs: '/proc', hierarchy: undefined }, listener));
  });

  afterEach(() => source.close());

  /** Until the source has looked at least once more. */
  const nextRounds = () => new Promise((resolve) => setTimeout(resolve, 2200));

  it('sees a program that lives for a while, and one that replaces another', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & read go; exec sleep 60'], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const found: ExecEvent[] = [];
    const seen = (count: number) =>
      waitFor(`program ${count}`, () => {
        for (const event of source.drain()) {
          if (event.kind === 'exec' && event.pid === child.pid) found.push(event);
        }
        return found.length >= count;
      });
    await seen(1);
    child.stdin.end('go\n');
    await seen(2);
    if (child.pid !== undefined) process.kill(-child.pid);
    await ended;
    const names = found.map(({ path }) => path?.split('/').at(-1));
    expect(names).to.have.length(2);
    expect(names[1]).to.equal('sleep');
    expect(found[0]?.cgroup).to.equal(undefined);
    expect(source.stats().unattributed).to.equal(source.stats().execs);
  });

  it('does not take a fork for a program start', async () => {
    const child = spawn('perl', ['-e', 'my $p = fork; sleep 60; waitpid $p, 0 if $p'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await nextRounds();
    const perl = source.drain().filter((event) => event.kind === 'exec' && event.path?.endsWith('/perl'));
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
    expect(children).to.match(/^\d+$/);
    expect(perl.map(({ pid }) => String(pid))).to.not.include(children);
    child.kill();
    process.kill(Number(children));
    await ended;
  });

  it('does not claim to have seen what was too short', async () => {
    const before = forks();
    await run('perl', ['-e', execs(500, '/bin/true')]);
    await nextRounds();
    const happened = forks() - before;
    expect(happened).to.be.at.least(500);
    expect(source.stats().startsObserved).to.be.below(happened / 2);
    expect(source.stats().lost, 'not known').to.equal(undefined);
  });
});
