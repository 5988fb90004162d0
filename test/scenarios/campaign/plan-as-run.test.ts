import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROVENANCE_NAME } from '../../../dataset/model/file-names.ts';
import { loadPlan } from '../../../scenarios/campaign/load-plan.ts';
import { planAsRun, planFileName } from '../../../scenarios/campaign/plan-as-run.ts';
import { timetable } from '../../../scenarios/campaign/timetable.ts';

const RUN = 'night-20261124T164500Z';
const SCENARIOS = 'scenarios: [{ name: cpu_burn, duration: [1m, 9m], repetitions: 5 }] # calm';

describe("a campaign's plan as it ran", () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-plan-'));
  after(() => rmSync(folder, { recursive: true }));

  const load = (text: string) => {
    writeFileSync(join(folder, 'plan.yaml'), text);
    return loadPlan(join(folder, 'plan.yaml'));
  };

  for (const [form, text] of [
    ['with a seed of its own', `# Ours.\nname: night\nseed: 7 # lucky\n${SCENARIOS}\n`],
    ['without a seed', `${SCENARIOS}\n`],
    ['in JSON', '{"scenarios": [{"name": "cpu_burn", "duration": ["1m", "9m"], "repetitions": 5}]}'],
    ['with anchors', `name: &n night\nscenarios:\n  - { name: cpu_burn, duration: [1m, 9m] }\n`],
  ] as const) {
    it(`gives the timetable again, ${form}`, () => {
      const plan = load(text);
      const kept = planAsRun(plan.text, { run: RUN, seed: 11 });
      expect(kept.split('\n')[0]).to.include(RUN);
      const [again, wanted] = [load(kept), { ...plan, seed: 11 }];
      expect(again.seed).to.equal(11);
      expect(timetable(again, 2)).to.deep.equal(timetable(wanted, 2));
      expect(timetable(again, 2)).not.to.deep.equal(timetable({ ...plan, seed: 12 }, 2));
      for (const comment of text.match(/# \w+/g) ?? []) expect(kept).to.include(comment);
    });
  }

  it('has a name that a dataset takes', () => {
    expect(planFileName(RUN)).to.equal('night-20261124T164500Z.plan.yaml');
    expect(planFileName('x'.repeat(40) + RUN.slice(5))).to.match(PROVENANCE_NAME);
  });
});
