import { expect } from 'chai';
import fc from 'fast-check';
import { type Counted, countersOf, type Happened, judge } from '../../../tools/test-siege/marks/account.ts';

const METRIC = 'kubevigil_suspicious_execs_total';

const happened = (rule: string, ...owners: readonly string[]): Happened => ({ kind: 'exec', rule, owners });

describe('the account of marked events', () => {
  it('reads the counters of the rules of a siege alone', () => {
    const page = [
      '# TYPE kubevigil_suspicious_execs_total counter',
      `${METRIC}{rule="siege_exec_1",namespace="siege",pod="a",container="main"} 3`,
      `${METRIC}{rule="shell_in_container",namespace="siege",pod="a",container="main"} 4`,
      'other_total{rule="siege_exec_1"} 5',
      `${METRIC}{rule="siege_exec_2",container="say \\"}"} 6 1700000000`,
    ].join('\n');
    expect(countersOf(page, new Set([METRIC]))).to.deep.equal([
      { rule: 'siege_exec_1', owner: 'siege/a/main', value: 3 },
      { rule: 'siege_exec_2', owner: '//say \\"}', value: 6 },
    ]);
  });

  const owner = fc.constantFrom('siege/a/main', 'siege/b/main', 'siege/c/main');
  const rule = fc.constantFrom('siege_exec_1', 'siege_exec_2');
  const events = fc.array(fc.tuple(rule, owner), { minLength: 1, maxLength: 30 });

  function counted(all: readonly (readonly [string, string])[]): Counted[] {
    const values = new Map<string, Counted>();
    for (const [name, whose] of all) {
      const value = (values.get(`${name} ${whose}`)?.value ?? 0) + 1;
      values.set(`${name} ${whose}`, { rule: name, owner: whose, value });
    }
    return [...values.values()];
  }

  it('finds nothing wrong where everything was counted, by names or by ids', () => {
    fc.assert(
      fc.property(events, fc.func(fc.boolean()), (all, isNamed) => {
        const marks = all.map(([name, whose]) => happened(name, whose, `//id of ${whose}`));
        const seen = all.map(([name, whose], i) => [name, isNamed(i) ? whose : `//id of ${whose}`] as const);
        const { accounts, problems } = judge(marks, [
          ...counted(seen),
          { rule: 'siege_exec_1', owner: '//', value: 0 },
        ]);
        expect(problems).to.deep.equal([]);
        expect(accounts).to.deep.equal([
          { kind: 'exec', marked: all.length, found: all.length, lost: 0, wrong: 0 },
        ]);
      }),
    );
  });

  it('finds each that was lost, and each that another is blamed for', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.boolean(), (all, at, isBlamed) => {
        const marks = all.map(([name, whose]) => happened(name, whose));
        const i = at % all.length;
        const seen = all.flatMap(([name, whose], j): (readonly [string, string])[] => {
          if (j !== i) return [[name, whose]];
          return isBlamed ? [[name, '/_unknown/']] : [];
        });
        const { accounts, problems } = judge(marks, counted(seen));
        expect(problems).to.have.length(isBlamed ? 2 : 1);
        expect(accounts[0]).to.include({ lost: 1, wrong: isBlamed ? 1 : 0 });
      }),
    );
  });
});
