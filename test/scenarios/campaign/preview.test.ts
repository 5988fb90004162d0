import { expect } from 'chai';
import { planSchema } from '../../../scenarios/campaign/plan-schema.ts';
import { lacksOf, previewLines, previewOf, repetitionsFor } from '../../../scenarios/campaign/preview.ts';
import { timetable } from '../../../scenarios/campaign/timetable.ts';

const planOf = (changes: object = {}, repetitions = 3) =>
  planSchema.parse({
    ...{ step: '15s', normal: '5m', recovery: '1m' },
    scenarios: ['cpu_burn', 'port_scan', 'batch_job'].map((name) => ({ name, duration: '1m', repetitions })),
    ...changes,
  });
const preview = (plan: ReturnType<typeof planOf>, targets = 1) =>
  previewOf(plan, timetable(plan, targets), targets);

describe('the preview of a campaign', () => {
  it('counts each row once, in its class and part', () => {
    for (const targets of [1, 3]) {
      const plan = planOf();
      const { rows } = preview(plan, targets);
      const sum = (counts: object) =>
        Object.values(counts).reduce((total: number, count) => total + count, 0);
      const total = [...rows.values()].reduce((all, counts) => all + sum(counts), 0);
      expect(total).to.equal(Math.floor(timetable(plan, targets).totalMs / plan.step) * targets);
      const attacks = sum(rows.get('cpu_burn') ?? {});
      // A minute is four steps or, where it begins within one, five.
      expect(attacks).to.be.within(3 * 4, 3 * 5);
    }
  });

  it('tells how many repetitions put every class into every part', () => {
    expect(lacksOf(preview(planOf()))).to.deep.equal([]);
    const once = planOf({}, 1);
    expect(lacksOf(preview(once))).to.have.length.above(0);
    expect(repetitionsFor(once, 1)).to.equal(3);
    const text = previewLines(once, timetable(once, 1), 1).join('\n');
    expect(text).to.include('with repetitions: 3 of everything each part would have rows of each class');
    expect(text).to.match(/would have no rows of .*cpu_burn|would have no rows of .*port_scan/);
  });

  it('tells of episodes shorter than two steps, and of normal time shorter than the embargo', () => {
    const plan = planOf({
      ...{ step: '5s', normal: '2s', recovery: '5s' },
      scenarios: [{ name: 'cpu_burn', duration: '2s' }],
    });
    const text = previewLines(plan, timetable(plan, 1), 1).join('\n');
    expect(text).to.match(/^shorter than two steps, .*: cpu_burn: give a longer duration/m);
    expect(text).to.match(/^normal time of 2s can be shorter than the embargo/m);
    expect(text).to.match(/^no number of repetitions up to 12 mends that/m);
  });
});
