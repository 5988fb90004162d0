import { expect } from 'chai';
import { CpuShares } from '../../../exporter/scrape/cpu-shares.ts';

describe('shares of CPU time', () => {
  let used: number;
  let asked: number;
  let shares: CpuShares;
  const workers = () => [{ cpuMicros: 100 }, { cpuMicros: 0 }, { cpuMicros: 0 }] as const;

  beforeEach(() => {
    used = 1_000;
    asked = 0;
    shares = new CpuShares(() => {
      asked++;
      return used;
    });
  });

  it('gives short pieces of work their part of what is asked for once', () => {
    const [first, second, idle] = workers();
    shares.book(first, 30);
    shares.book(second, 90);
    used += 160;
    shares.settle();
    expect([first.cpuMicros, second.cpuMicros, idle.cpuMicros]).to.deep.equal([140, 120, 0]);
    expect(asked).to.equal(2);
  });

  it('asks after a long piece, so that what comes then is not shared with it', () => {
    const [, long, short] = workers();
    used += 4_000;
    shares.book(long, 5_000);
    used += 10;
    shares.book(short, 12);
    shares.settle();
    expect([long.cpuMicros, short.cpuMicros]).to.deep.equal([4_000, 10]);
  });

  it('gives what was used while somebody waited to nobody else', () => {
    const [first, waiting] = workers();
    shares.book(first, 50);
    used += 40;
    shares.settle();
    used += 300;
    shares.bookRest(waiting);
    expect([first.cpuMicros, waiting.cpuMicros]).to.deep.equal([140, 300]);
  });

  it('shares equally what took no time that shows, and loses nothing', () => {
    const [, one, other] = workers();
    shares.book(one, 0);
    shares.book(other, 0);
    used += 20;
    shares.settle();
    expect([one.cpuMicros, other.cpuMicros]).to.deep.equal([10, 10]);
  });
});
