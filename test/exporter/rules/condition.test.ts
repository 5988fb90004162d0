import { expect } from 'chai';
import fc from 'fast-check';
import type { RuleEvent } from '../../../exporter/catalogue/events/fields.ts';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST } from '../../../exporter/owners/owners.ts';
import { compileCondition } from '../../../exporter/rules/condition.ts';
import { anyCharacter } from '../../support/any-character.ts';

const EXEC: RuleEvent<'exec'> = {
  path: '/usr/bin/curl',
  name: 'curl',
  args: ['curl', '-s', 'http://x'],
  in_container: true,
  cgroup: '/kubepods/x',
  container: 'web',
  pod_namespace: 'shop',
  pod: 'web-0',
};

const CATASTROPHIC = ['(a+)+$', '(a|aa)+$', '(.*a){12}$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(a?){60}a{60}'];

describe('rules: conditions', () => {
  const decided: readonly (readonly [string, string])[] = [
    ['name == "curl"', 'match'],
    ['name != "curl"', 'no_match'],
    ['in_container && name in ["curl", "wget"]', 'match'],
    ['path.startsWith("/usr/") && path.endsWith("curl") && path.contains("/bin/")', 'match'],
    ['path.matches("^/usr/(local/)?bin/[a-z]+$")', 'match'],
    ['path.matches(r"^/bin/\\w+$")', 'no_match'],
    ['args.exists(a, a == "-s")', 'match'],
    ['args.all(a, a.size() < 3)', 'no_match'],
    ['args.size() > 2 && args[1] == "-s"', 'match'],
    ['args[9] == "-s"', 'missing'],
    ['pod_namespace != "kube-system"', 'match'],
    ['name.lowerAscii() == "curl"', 'match'],
    ['1 / (args.size() - 3) == 1', 'failed'],
  ];
  for (const [text, verdict] of decided) {
    it(`${text}: ${verdict}`, () => {
      expect(compileCondition('exec', text).evaluate(EXEC)).to.equal(verdict);
    });
  }

  it('does not match for want of a field, unless another side decides', () => {
    const event = { path: '/bin/sh', name: 'sh' };
    expect(compileCondition('exec', 'in_container && name == "sh"').evaluate(event)).to.equal('missing');
    expect(compileCondition('exec', 'in_container && name == "no"').evaluate(event)).to.equal('no_match');
    expect(compileCondition('exec', 'in_container || name == "sh"').evaluate(event)).to.equal('match');
  });

  it('misses a label that the pod does not have', () => {
    const pod = compileCondition('pod', 'labels["app"] == "web"');
    const event = { labels: new Map([['app', 'web']]) } as unknown as RuleEvent<'pod'>;
    expect(pod.evaluate(event)).to.equal('match');
    expect(pod.evaluate({ ...event, labels: new Map() })).to.equal('missing');
  });

  it('names the fields that it looks at, not its own variables', () => {
    const { fields } = compileCondition('exec', 'in_container && args.exists(name2, name2 == path)');
    expect([...fields].sort()).to.deep.equal(['args', 'in_container', 'path']);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['nam == "x"', /unknown variable: nam/],
    ['port == 1', /unknown variable: port/],
    ['path == 1', /string == int/],
    ['path', /must be true or false, is string/],
    ['path ==', /unexpected token/],
    ['path.matches("(")', /missing closing \)/],
    ['path.matches("(?=a)")', /invalid|lookahead|perl/i],
    ['path.matches(name)', /literal/],
    ['path.matches("(a{1,30}){1,30}")', /more than 500 steps/],
    ['matches(path, "a")', /matches/],
    ['in_container.matches("a")', /is for text, this is bool/],
    ['args.map(a, a + a).size() > 1', /map\(\) cannot be used/],
    ['cel.bind(x, path + path, x == "")', /bind\(\) cannot be used/],
    ['path.split("/").size() > 1', /split\(\) cannot be used/],
    ['args.all(a, args.all(b, args.all(c, a == b + c)))', /nested more than 2 deep/],
    [`path == "${'a'.repeat(5_000)}"`, /longer than 4096 characters/],
    [`path.matches("${'a'.repeat(1_001)}")`, /more than 1000 characters/],
    [`${'('.repeat(1_000)}true${')'.repeat(1_000)}`, /maxDepth|deep/],
    [`${'!'.repeat(4_001)}true`, /maxAstNodes|deep/],
    [Array.from({ length: 600 }, () => 'true').join('||'), /maxAstNodes/],
    ['', /token/],
  ];
  for (const [text, reason] of refused) {
    it(`refuses ${text.slice(0, 60)}`, () => {
      expect(() => compileCondition('exec', text)).to.throw(reason);
    });
  }

  it('says where in a text the mistake is', () => {
    try {
      compileCondition('exec', 'in_container &&\nnam == "x"');
      expect.fail('was accepted');
    } catch (error) {
      expect(error).to.include({ name: 'ConditionError', offset: 16 });
    }
  });

  for (const pattern of CATASTROPHIC) {
    it(`decides ${pattern} on a long hostile line, which a backtracking engine never would`, () => {
      const condition = compileCondition('log', `line.matches(r"${pattern}")`);
      const line = `${'a'.repeat(16_000)}!`;
      const event = new LineEvent(line, '/x', undefined, HOST);
      expect(condition.evaluate(event)).to.be.oneOf(['match', 'no_match']);
    });
  }

  it('never throws, whatever the texts are', () => {
    const conditions = [
      'path.matches("^/tmp/.*[^a-z]$")',
      'name in ["sh", "bash"] || path.contains("\\n")',
      'args.exists(a, a.contains(name)) && pod_namespace == pod',
      'container.size() > 2',
    ].map((text) => compileCondition('exec', text));
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.string({ unit: fc.constantFrom('\ud800', '"', '\\', '\n', 'a', '{') }),
    );
    fc.assert(
      fc.property(
        fc.record(
          {
            path: text,
            name: text,
            args: fc.array(text),
            in_container: fc.boolean(),
            container: text,
            pod: text,
            pod_namespace: text,
            cgroup: text,
          },
          { requiredKeys: ['path', 'name'] },
        ),
        (event) => {
          for (const condition of conditions) {
            expect(condition.evaluate(event)).to.be.oneOf(['match', 'no_match', 'missing']);
          }
        },
      ),
    );
  });
});
