import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseCpuTicks, parseForks } from '../../../exporter/parsers/stat.ts';
import { fixtureHost } from '../../support/fixture-host.ts';

const STAT = 'proc/stat';

describe('parseCpuTicks', () => {
  it('takes the lines of single CPUs and not their sum', () => {
    const cpus = parseCpuTicks('cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 100 100\n', new Unread(STAT));
    expect([...cpus]).to.deep.equal([
      [0, { user: 1, nice: 2, system: 3, idle: 4, iowait: 5, irq: 6, softirq: 7, steal: 8 }],
    ]);
  });

  it('reads 128 CPUs', () => {
    const cpus = parseCpuTicks(fixtureHost('5.15-128-cpus').read(STAT), new Unread(STAT));
    expect(cpus.size).to.equal(128);
    expect(cpus.get(127)?.user).to.equal(1127);
  });

  it('knows a CPU that is offline by its missing line', () => {
    const cpus = parseCpuTicks(fixtureHost('6.6-arm64-immutable').read(STAT), new Unread(STAT));
    expect([...cpus.keys()]).to.deep.equal([0, 3]);
  });

  const broken = {
    'an empty file': '',
    'no CPU but the sum': 'cpu  1 2 3 4 5 6 7 8 9 10\n',
    hexadecimal: 'cpu0 0x1f 2 3 4 5 6 7 8 9 10\n',
    negative: 'cpu0 -1 2 3 4 5 6 7 8 9 10\n',
  };
  for (const [name, text] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      expect(() => parseCpuTicks(text, new Unread(STAT)))
        .to.throw(SourceError)
        .with.property('code', 'malformed');
    });
  }
});

describe('parseForks', () => {
  it('shows the line that is wrong', () => {
    expect(() => parseForks('cpu  1 2\nctxt 1\nprocesses -4\nbtime 7\n', STAT)).to.throw(
      'expected a line "processes <count>", found "processes -4"',
    );
  });

  it('takes the line processes', () => {
    expect(parseForks('ctxt 1\nprocesses 26442\nprocs_running 2\n', STAT)).to.equal(26442);
  });

  it('refuses a text without it', () => {
    expect(() => parseForks('ctxt 1\nprocesses\n', STAT)).to.throw('expected a line "processes <count>"');
  });
});
