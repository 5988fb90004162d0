import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadPlan } from '../../../scenarios/campaign/load-plan.ts';
import { type Plan, planSchema, scenarioNames } from '../../../scenarios/campaign/plan-schema.ts';
import {
  type PlannedChain,
  type PlannedEpisode,
  timetable,
  timetableLines,
} from '../../../scenarios/campaign/timetable.ts';
import { ScenariosError } from '../../../scenarios/scenario/errors.ts';
import { ROOT } from '../../support/paths.ts';

const planOf = (document: object): Plan => planSchema.parse(document);
const chainsIn = (plan: Plan, targets = 1) =>
  timetable(plan, targets).entries.filter((entry): entry is PlannedChain => entry.kind === 'chain');

const stages = fc.array(
  fc.record({
    scenario: fc.constantFrom('cpu_burn', 'brute_force', 'port_scan', 'file_tamper'),
    pause: fc.integer({ min: 0, max: 60 }),
    repetitions: fc.integer({ min: 1, max: 4 }),
    every: fc.integer({ min: 1, max: 300 }),
    duration: fc.integer({ min: 1, max: 90 }),
    on: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant('all')),
  }),
  { minLength: 1, maxLength: 5 },
);

describe('chains of a campaign', () => {
  it('have each stage after the one before it, as often as it comes, and one number for each episode', () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 0, max: 1_000 }), (own, seed) => {
        const plan = planOf({
          seed,
          normal: '1m',
          scenarios: [{ name: 'load_spike', repetitions: 2, duration: '10s' }],
          chains: [
            {
              ...{ name: 'intrusion', repetitions: 2 },
              stages: own.map(({ pause, every, duration, ...stage }, i) => ({
                ...{
                  ...stage,
                  stage: `stage-${i}`,
                  pause: `${pause}s`,
                  every: `${every}s`,
                  duration: `${duration}s`,
                },
              })),
            },
          ],
        });
        const table = timetable(plan, 3);
        expect(table).to.deep.equal(timetable(plan, 3));
        const chains = chainsIn(plan, 3);
        expect(chains.map(({ name }) => name)).to.deep.equal(['intrusion-1', 'intrusion-2']);
        const numbers = table.entries.flatMap((entry) =>
          entry.kind === 'chain'
            ? entry.stages.map(({ number }) => number)
            : entry.kind === 'episode'
              ? [entry.number]
              : [],
        );
        expect(numbers).to.deep.equal(Array.from({ length: table.episodes }, (_, i) => i + 1));
        for (const { stages: planned, durationMs } of chains) {
          expect(planned.map(({ stage }) => stage)).to.deep.equal(
            own.flatMap(({ repetitions }, i) => Array.from({ length: repetitions }, () => `stage-${i}`)),
          );
          planned.forEach(({ atMs, after, targets }, i) => {
            const before = planned[i - 1];
            expect(after).to.equal(before === undefined ? undefined : i - 1);
            if (before !== undefined) expect(atMs).to.be.at.least(before.atMs + before.durationMs);
            expect(targets.length).to.be.oneOf([1, 3]);
          });
          expect(durationMs).to.equal(Math.max(...planned.map((one) => one.atMs + one.durationMs)));
        }
        let atMs = 0;
        for (const entry of table.entries) {
          expect(entry.atMs).to.equal(atMs);
          atMs += entry.durationMs;
        }
        expect(table.totalMs).to.equal(atMs);
      }),
    );
  });

  it('have their nodes in one order for all stages: the first node of a chain is the first everywhere', () => {
    const stage = (name: string, on: number) => ({
      stage: name,
      scenario: 'port_scan',
      duration: '1s',
      pause: '1m',
      on,
    });
    for (let seed = 0; seed < 20; seed++) {
      const plan = planOf({
        seed,
        chains: [{ name: 'c', stages: [stage('a', 1), stage('b', 2), stage('c', 1)] }],
      });
      const [first, second, third] = chainsIn(plan, 3)[0]?.stages.map(({ targets }) => targets) ?? [];
      expect(first).to.deep.equal(third).and.not.deep.equal(second);
    }
  });

  it('change nothing about plans that have none', () => {
    const scenarios = [
      { name: 'cpu_burn', repetitions: 3, duration: ['1m', '2m'] },
      { name: 'backup', duration: '1m' },
    ];
    const { entries } = timetable(planOf({ seed: 7, scenarios }), 2);
    const shown = entries.map((entry) => [entry.kind, entry.atMs, (entry as PlannedEpisode).targets ?? null]);
    expect(shown).to.deep.equal(
      timetable(planOf({ seed: 7, scenarios, chains: [] }), 2).entries.map((entry) => [
        entry.kind,
        entry.atMs,
        (entry as PlannedEpisode).targets ?? null,
      ]),
    );
  });

  it('are refused where a node would refuse a stage in their middle', () => {
    const refusal = (own: object[], targets = 1) => {
      const plan = planOf({ chains: [{ name: 'c', stages: own }] });
      expect(() => timetable(plan, targets))
        .to.throw(ScenariosError)
        .with.property('code', 'plan');
      try {
        timetable(plan, targets);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const at = (scenario: string, from: string, more: object = {}) => ({
      stage: scenario,
      scenario,
      at: from,
      duration: '1m',
      ...more,
    });
    expect(refusal([at('cpu_burn', '0s'), at('cpu_burn', '30s')])).to.match(/each scenario once at a time/);
    expect(refusal([at('cpu_burn', '0s', { on: 2 })])).to.match(/on node 2, and the plan has 1 targets/);
    const many = ['cpu_burn', 'brute_force', 'port_scan', 'file_tamper', 'disk_thrash'].map((name, i) =>
      at(name, `${i}s`),
    );
    expect(refusal(many)).to.match(/more than 4 stages would be on at once/);
    // On another node, or after the one before, it is no trouble.
    const fine = [
      at('cpu_burn', '0s'),
      at('cpu_burn', '30s', { on: 2 }),
      { stage: 'again', scenario: 'cpu_burn', duration: '1m' },
    ];
    expect(() => timetable(planOf({ chains: [{ name: 'c', stages: fine.slice(0, 2) }] }), 2)).not.to.throw();
    expect(() =>
      timetable(planOf({ chains: [{ name: 'c', stages: [fine[0], fine[2]] }] }), 1),
    ).not.to.throw();
  });

  it('are refused in words about the plan', () => {
    const issue = (document: object) => {
      const result = planSchema.safeParse(document);
      return result.success
        ? ''
        : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
    };
    const stage = { stage: 'scan', scenario: 'port_scan', duration: '1s' };
    expect(issue({})).to.match(/scenarios: is missing, and so is chains/);
    expect(issue({ chains: [{ name: 'c', stages: [{ ...stage, repetitions: 2 }] }] })).to.match(
      /chains\.0\.stages\.0\.every: is missing/,
    );
    expect(issue({ chains: [{ name: 'c', stages: [{ ...stage, scenario: 'nothing' }] }] })).to.match(
      /there is no scenario "nothing"/,
    );
    expect(issue({ chains: [1, 2].map(() => ({ name: 'c', stages: [stage] })) })).to.match(
      /two have the same name/,
    );
  });

  it('the shipped example is a plan, on one node and on three, with overlap and hours of little', () => {
    const plan = loadPlan(join(ROOT, 'scenarios/examples/kill-chain.yaml'));
    expect(scenarioNames(plan)).to.include.members(['port_scan', 'brute_force', 'backup']);
    for (const targets of [1, 3]) {
      const chains = chainsIn(plan, targets);
      expect(chains).to.have.length(4);
      const [intrusion, slow] = ['intrusion-1', 'low-and-slow-1'].map((name) =>
        chains.find((chain) => chain.name === name),
      );
      const overlaps = intrusion?.stages.some((one) =>
        intrusion.stages.some(
          (other) => other !== one && other.atMs > one.atMs && other.atMs < one.atMs + one.durationMs,
        ),
      );
      expect(overlaps).to.equal(true);
      expect(slow?.durationMs).to.be.above(2 * 3_600_000);
      const lines = timetableLines(plan, timetable(plan, targets), ['a', 'b', 'c'].slice(0, targets));
      expect(lines.join('\n'))
        .to.match(/chain intrusion-1/)
        .and.match(/ scan: port_scan .* on [abc]\n/);
    }
  });
});
