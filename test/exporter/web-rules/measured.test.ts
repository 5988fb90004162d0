import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../../support/paths.ts';
import { WebRules } from './matcher.ts';
import { LINES, measureAll } from './measured.ts';
import { type Measured, page } from './page.ts';

/** The corpus is what rules are for, and a rule may miss a tenth of what is for it; of what nobody wrote it for, a third. */
const LEAST = { corpus: 0.9, heldOut: 0.66 };

describe('web rules: measured', () => {
  let rules: WebRules;
  let measured: Measured;
  before(async function () {
    // 100,000 lines take half a minute beside busy neighbours.
    this.timeout(600_000);
    rules = await WebRules.load();
    measured = measureAll(rules);
  });

  it(`no critical rule matches any of ${LINES} harmless lines`, () => {
    const critical = rules.rules.filter(({ severity }) => severity === 'critical').map(({ name }) => name);
    expect(critical).to.have.length.above(8);
    expect([...measured.harmless.byRule.keys()].filter((name) => critical.includes(name))).to.deep.equal([]);
  });

  it('each rule sees what it is for, in the logs of all servers', () => {
    expect([...measured.corpus.keys()]).to.have.members(rules.rules.map(({ name }) => name));
    for (const [rule, { seen, of }] of measured.corpus) {
      // Forced browsing is a list of paths: there is always another one.
      const least = rule === 'web_forced_browsing' || rule === 'web_code_injection' ? 0.85 : LEAST.corpus;
      expect(seen / of, rule).to.be.at.least(least);
    }
  });

  it('rules see most of what they were not written for', () => {
    const all = [...measured.heldOut.values()];
    const seen = all.reduce((sum, one) => sum + one.seen, 0);
    expect(seen / all.reduce((sum, { of }) => sum + of, 0)).to.be.at.least(LEAST.heldOut);
  });

  it('the page says what was measured', () => {
    expect(page(rules, measured)).to.equal(
      readFileSync(join(ROOT, 'docs', 'reference', 'web-rules.md'), 'utf8'),
      'npm run measure:web-rules -- --write',
    );
  });
});
