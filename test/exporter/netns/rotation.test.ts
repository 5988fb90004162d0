import { expect } from 'chai';
import { CpuBudget, inOrder } from '../../../exporter/netns/rotation.ts';

function spin(micros: number): void {
  const before = process.cpuUsage();
  for (let used = 0; used < micros; ) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
}

describe('inOrder', () => {
  it('puts what was never served first, then changed ones, and forgets nobody', () => {
    const turn = (name: string, age: number, changed: boolean) => ({ name, age, changed, costMicros: 1 });
    const order = inOrder([
      turn('fresh', 1, false),
      turn('changed', 15, true),
      turn('old', 100, false),
      turn('new', Infinity, true),
      turn('very old', 200, false),
    ]);
    expect(order.map(({ name }) => name)).to.deep.equal(['new', 'very old', 'changed', 'old', 'fresh']);
  });
});

describe('CpuBudget', () => {
  it('serves nothing before the first scrape', () => {
    expect(new CpuBudget(1_000).allows(5)).to.equal(false);
  });

  it('serves what fits', () => {
    const budget = new CpuBudget(50_000);
    budget.refill();
    budget.spend(() => spin(30_000));
    expect([budget.allows(15_000), budget.allows(25_000)]).to.deep.equal([true, false]);
  });

  it('serves what fits no scrape when nothing else was, and pays it back', () => {
    const budget = new CpuBudget(1_000);
    budget.refill();
    expect(budget.allows(1_000_000)).to.equal(true);
    budget.spend(() => spin(2_500));
    budget.refill();
    expect(budget.allows(1)).to.equal(false);
    for (let scrape = 0; scrape < 20; scrape++) budget.refill();
    expect(budget.allows(1_000_000)).to.equal(true);
  });

  it('books the work that fails', () => {
    const budget = new CpuBudget(1_000);
    budget.refill();
    expect(() =>
      budget.spend(() => {
        spin(2_000);
        throw new Error('no');
      }),
    ).to.throw('no');
    expect(budget.allows(1)).to.equal(false);
  });
});
