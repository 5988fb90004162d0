import { expect } from 'chai';
import { bruteForce } from '../../../scenarios/attacks/brute-force.ts';
import { demoRules } from '../../../tools/demo/plan.ts';

describe("the demo's rules", () => {
  it('count failed logins where brute_force is to move them', () => {
    const { rules } = demoRules('/tmp/victim.log') as { rules: { on: string; category?: string }[] };
    expect(bruteForce.moves).to.include('auth_failures_per_second');
    expect(rules.filter(({ on }) => on === 'log').map(({ category }) => category)).to.deep.equal(['auth']);
  });
});
