import { expect } from 'chai';
import fc from 'fast-check';
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
    const order = inOrder(
      [
        turn('fresh', 1, false),
        turn('changed', 15, true),
        turn('old', 100, false),
        turn('new', Infinity, true),
        turn('very old', 200, false),
      ],
      ({ name }) => name,
    );
    expect(order.map(({ name }) => name)).to.deep.equal(['new', 'very old', 'changed', 'old', 'fresh']);
  });
});

describe('inOrder, whoever has how many', () => {
  const turns = fc.array(
    fc.record({
      owner: fc.constantFrom('', 'a', 'b', 'flood'),
      age: fc.oneof(fc.constant(Infinity), fc.nat(1_000)),
      changed: fc.boolean(),
      costMicros: fc.constant(1),
    }),
  );

  it('serves one of each before a second of any, and nobody twice', () => {
    fc.assert(
      fc.property(turns, (items) => {
        const order = inOrder(items, ({ owner }) => owner);
        expect(order).to.have.members(items);
        const owners = new Set(items.map(({ owner }) => owner));
        const first = order.slice(0, owners.size).map(({ owner }) => owner);
        expect(new Set(first)).to.deep.equal(owners);
      }),
    );
  });

  it('a pod with a thousand namespaces makes another wait for one of them', () => {
    const turn = (owner: string, age: number, changed: boolean) => ({ owner, age, changed, costMicros: 1 });
    const flood = Array.from({ length: 1_000 }, () => turn('flood', Infinity, true));
    const order = inOrder([...flood, turn('shop', 15, false)], ({ owner }) => owner);
    expect(order.slice(0, 2).map(({ owner }) => owner)).to.deep.equal(['flood', 'shop']);
  });
});

describe('CpuBudget', () => {
  it('serves nothing before the first scrape', () => {
    expect(new CpuBudget(1_000).allows(5)).to.equal(false);
  });

  it('serves what fits', () => {
    const budget = new CpuBudget(200_000);
    budget.refill();
    // All threads count, and V8's have work of their own now and then.
    budget.spend(() => spin(100_000));
    expect([budget.allows(20_000), budget.allows(110_000)]).to.deep.equal([true, false]);
  });

  it('serves what fits no scrape when nothing else was, and pays it back', () => {
    const budget = new CpuBudget(1_000);
    budget.refill();
    expect(budget.allows(1_000_000)).to.equal(true);
    budget.spend(() => spin(2_500));
    budget.refill();
    // Half of it pays what is owed, the other half is for those who owe nothing.
    expect([500, 501, 1_000_000].map((cost) => budget.allows(cost))).to.deep.equal([true, false, false]);
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
