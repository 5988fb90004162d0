import { expect } from 'chai';
import fc from 'fast-check';
import type { RuleEvent } from '../../../exporter/catalogue/events/fields.ts';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST } from '../../../exporter/owners/owners.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';

function setOf(...conditions: readonly string[]): RuleSet {
  const rules = conditions.map(
    (condition, i) =>
      `  - name: r${i}\n    on: exec\n    severity: info\n    mitre: T1059\n    description: d\n    condition: |\n      ${condition}\n`,
  );
  return new RuleSet(parseRules(`rules:\n${rules.join('')}`, 'f').rules);
}

describe('rules: the set in use', () => {
  it('names the rules that match, in their order', () => {
    const set = setOf('name == "a"', 'name == "b"', 'path == "/a"');
    expect(set.match('exec', { path: '/a', name: 'a' })).to.deep.equal(['r0', 'r2']);
    expect(set.match('log', new LineEvent('a', '', undefined, HOST))).to.deep.equal([]);
  });

  it('counts each event that lacks a field, also a repeated one', () => {
    const set = setOf('in_container', 'name == "a"');
    for (let i = 0; i < 3; i++) expect(set.match('exec', { path: '/a', name: 'a' })).to.deep.equal(['r1']);
    expect(set.undecided.get('r0')).to.deep.equal({ missing: 3, failed: 0 });
    expect(set.undecided.get('r1')).to.deep.equal({ missing: 0, failed: 0 });
  });

  it('says of an event the same whatever came before it', () => {
    const conditions = ['name == "a"', 'in_container && container == ""', 'pod == "-" || cgroup == "+"'];
    const text = fc.constantFrom('', 'a', '+', '-', '+a', 'a-', 'x'.repeat(600));
    const event: fc.Arbitrary<RuleEvent<'exec'>> = fc.record(
      { path: text, name: text, in_container: fc.boolean(), container: text, pod: text, cgroup: text },
      { requiredKeys: ['path', 'name'] },
    );
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), (events) => {
        const seasoned = setOf(...conditions);
        for (const one of events) {
          expect(seasoned.match('exec', one)).to.deep.equal(setOf(...conditions).match('exec', one));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('stays right and bounded over 5,000 programs of different names', () => {
    const set = setOf('name == "p4999" || name == "p0"');
    const matching = Array.from({ length: 5_000 }, (_, i) => `p${i}`).filter(
      (name) => set.match('exec', { path: `/${name}`, name }).length > 0,
    );
    expect(matching).to.deep.equal(['p0', 'p4999']);
    expect(set.match('exec', { path: '/p0', name: 'p0' })).to.deep.equal(['r0']);
  });
});
