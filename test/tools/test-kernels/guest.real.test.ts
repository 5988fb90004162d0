import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { compare, type Origins } from '../../../tools/test-kernels/guest/bounds.ts';
import { exitProgram } from '../../../tools/test-kernels/guest/causes.ts';
import { Page } from '../../../tools/test-kernels/guest/page.ts';
import { traffic } from '../../../tools/test-kernels/guest/readings.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const PAGE = `# TYPE kubevigil_bytes_total counter
kubevigil_bytes_total{device="a",direction="read"} 10
kubevigil_bytes_total{device="b",direction="read"} 5
kubevigil_bytes_total{direction="read"} 1
# TYPE kubevigil_level gauge
kubevigil_level 7
`;

describe('test:kernels, in the machine', () => {
  const folder = temporaryFolder();

  it('sums the series of a page that have labels, and knows those that have not', () => {
    const page = new Page(PAGE);
    expect(page.sum('bytes_total')).to.equal(16);
    expect(page.sum('bytes_total', { device: 'a' })).to.equal(10);
    expect(page.sum('bytes_total', { device: '' })).to.equal(1);
    expect(page.sum('bytes_total', { device: 'c' })).to.equal(undefined);
    expect(page.sum('bytes')).to.equal(undefined);
  });

  it('sees counters that fall, and lets gauges', () => {
    const before = new Page(PAGE);
    const after = new Page(PAGE.replace('} 10', '} 9').replace('level 7', 'level 6'));
    expect(after.fallenSince(before)).to.deep.equal([
      'kubevigil_bytes_total{device="a",direction="read"} fell from 10 to 9',
    ]);
    expect(before.fallenSince(after)).to.deep.equal([]);
  });

  const reading = (value: number, slack = 0) => ({ metric: 'level', labels: {}, value, slack });

  it('takes what lies between two readings for right, and anything else for wrong', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), fc.nat(5), (a, b, value, slack) => {
        const page = new Page(`kubevigil_level ${value}\n`);
        const { compared, wrong } = compare(page, [reading(a, slack)], [reading(b, slack)]);
        const isRight = value >= Math.min(a, b) - slack && value <= Math.max(a, b) + slack;
        expect(compared).to.equal(1);
        expect(wrong).to.have.length(isRight ? 0 : 1);
      }),
    );
  });

  it('takes a value that is missing for wrong, and leaves out what was there once only', () => {
    const page = new Page('');
    expect(compare(page, [reading(1)], [reading(1)]).wrong).to.have.length(1);
    expect(compare(page, [reading(1)], [])).to.deep.equal({ compared: 0, wrong: [] });
  });

  it('compares how far both rise, of what the agent counts since it started', () => {
    const origins: Origins = new Map();
    const look = (exposed: number, low: number, high: number) => {
      const of = (value: number) => [{ ...reading(value), sinceAgent: true as const }];
      return compare(new Page(`kubevigil_level ${exposed}\n`), of(low), of(high), origins).wrong;
    };
    expect(look(3, 100, 102)).to.deep.equal([]);
    expect(look(8, 105, 108)).to.deep.equal([]);
    expect(look(12, 105, 108), 'more than can have come').to.have.length(1);
    expect(look(5, 105, 108), 'less than must have come').to.have.length(1);
  });

  it('finds a factor of 500 in the place of 512 in any count of a megabyte and more', () => {
    const sectors = fc.integer({ min: 2_048, max: 1e9 });
    fc.assert(
      fc.property(sectors, fc.nat(40), (before, during) => {
        const page = new Page(`kubevigil_level ${(before + during) * 500}\n`);
        const readings = [[reading(before * 512)], [reading((before + during) * 512)]] as const;
        expect(compare(page, ...readings).wrong).to.have.length(1);
      }),
    );
  });

  it('reads both directions of a device', () => {
    const table =
      'Inter-| Receive\n face |bytes\n  eth0: 100 2 0 0 0 0 0 0 300 4 0 0 0 0 0 0\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n';
    expect(traffic(table, (device) => device === 'eth0')).to.deep.equal([
      { device: 'eth0', direction: 'receive', bytes: 100, packets: 2 },
      { device: 'eth0', direction: 'transmit', bytes: 300, packets: 4 },
    ]);
  });

  it('has a program that ends at once', function () {
    if (process.arch !== 'x64') skip(this, `a program for x64; this is ${process.arch}`);
    const file = join(folder(), 'program');
    writeFileSync(file, exitProgram(), { mode: 0o755 });
    execFileSync(file);
  });
});
