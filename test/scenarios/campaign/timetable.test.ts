import { expect } from 'chai';
import fc from 'fast-check';
import { type Plan, planSchema } from '../../../scenarios/campaign/plan-schema.ts';
import { type PlannedEpisode, timetable, timetableLines } from '../../../scenarios/campaign/timetable.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';

const names = SCENARIOS.map(({ name }) => name);
const planOf = (document: object): Plan => planSchema.parse(document);

const plans = fc
  .record({
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    normal: fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 })),
    recovery: fc.integer({ min: 15, max: 90 }),
    items: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...names),
        repetitions: fc.integer({ min: 1, max: 5 }),
        least: fc.integer({ min: 1, max: 60 }),
        more: fc.integer({ min: 0, max: 60 }),
        intensity: fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 50, max: 100 })),
        on: fc.constantFrom('one', 'all'),
      }),
      { minLength: 1, maxLength: 6, selector: ({ name }) => name },
    ),
  })
  .map(({ seed, normal: [least, more], recovery, items }) =>
    planOf({
      seed,
      normal: [`${least}s`, `${least + more}s`],
      recovery: `${recovery}s`,
      scenarios: items.map(({ name, repetitions, least: from, more: on, intensity, on: place }) => ({
        name,
        repetitions,
        duration: [`${from}s`, `${from + on}s`],
        intensity: intensity.map((percent) => percent / 100),
        on: place,
      })),
    }),
  );

const episodesOf = (plan: Plan, targets = 1) =>
  timetable(plan, targets).entries.filter((entry): entry is PlannedEpisode => entry.kind === 'episode');

describe('timetable of a campaign', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(timetable(plan, 3)).to.deep.equal(timetable(plan, 3));
      }),
    );
    const plan = planOf({
      scenarios: names.map((name) => ({ name, repetitions: 5, duration: ['1m', '2m'] })),
    });
    const orders = [1, 2, 3, 4].map((seed) => JSON.stringify(episodesOf({ ...plan, seed })));
    expect(new Set(orders).size).to.equal(4);
  });

  it('has every repetition once, within its ranges, with normal time before and recovery after each', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 4 }), (plan, targets) => {
        const { entries, totalMs } = timetable(plan, targets);
        const kinds = entries.map(({ kind }) => kind);
        const count = plan.scenarios.reduce((sum, { repetitions }) => sum + repetitions, 0);
        expect(kinds).to.deep.equal([
          ...Array.from({ length: count }, () => ['normal', 'episode', 'recovery']).flat(),
          'normal',
        ]);
        let atMs = 0;
        for (const entry of entries) {
          expect(entry.atMs).to.equal(atMs);
          atMs += entry.durationMs;
          if (entry.kind === 'normal')
            expect(entry.durationMs).to.be.within(plan.normal.min, plan.normal.max);
          if (entry.kind === 'recovery') expect(entry.durationMs).to.equal(plan.recovery);
        }
        expect(totalMs).to.equal(atMs);
        const left = plan.scenarios.flatMap((item) => Array.from({ length: item.repetitions }, () => item));
        for (const { scenario, durationMs, intensity, targets: places } of episodesOf(plan, targets)) {
          const i = left.findIndex(
            (item) =>
              item.name === scenario.name &&
              durationMs >= item.duration.min &&
              durationMs <= item.duration.max &&
              intensity >= item.intensity.min &&
              intensity <= item.intensity.max &&
              places.length === (item.on === 'all' ? targets : 1) &&
              places.every((place) => place >= 0 && place < targets),
          );
          expect(i, scenario.name).to.be.at.least(0);
          left.splice(i, 1);
        }
      }),
    );
  });

  it('puts benign workloads between attacks, each into another gap while there is one', () => {
    const benign = SCENARIOS.filter(({ role }) => role === 'benign').map(({ name }) => name);
    const attacks = SCENARIOS.filter(({ role }) => role === 'attack').map(({ name }) => name);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.integer({ min: 2, max: 6 }),
        (seed, repetitions) => {
          const plan = planOf({
            seed,
            scenarios: [
              ...attacks.slice(0, 2).map((name) => ({ name, repetitions, duration: '1m' })),
              ...benign.slice(0, 2).map((name) => ({ name, duration: '1m' })),
            ],
          });
          const roles = episodesOf(plan).map(({ scenario }) => scenario.role);
          expect([roles[0], roles.at(-1)]).to.deep.equal(['attack', 'attack']);
          expect(roles.join(' ')).not.to.include('benign benign');
        },
      ),
    );
  });

  it('draws a background load for each stretch of normal time, within its range', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { min, max } = plan.background.requestsPerSecond;
        for (const { requestsPerSecond } of timetable(plan, 1).entries)
          expect(requestsPerSecond).to.be.within(min, max);
      }),
    );
  });

  it('is printed line by line', () => {
    const plan = planOf({
      name: 'night',
      seed: 3,
      normal: '10m',
      recovery: '1m',
      background: { requestsPerSecond: 8 },
      scenarios: [{ name: 'cpu_burn', duration: '90s', intensity: 0.5, on: 'all' }],
    });
    expect(timetableLines(plan, timetable(plan, 2), ['a', 'b'])).to.deep.equal([
      'campaign night, seed 3: 1 episodes on a, b in 22m30s',
      '        0s  10m       normal                    background 8.0/s',
      '       10m  1m30s     cpu_burn                  attack  intensity 0.50  on a, b',
      '    11m30s  1m        recovery                  background 8.0/s',
      '    12m30s  10m       normal                    background 8.0/s',
    ]);
  });
});
