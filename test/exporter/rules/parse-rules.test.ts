import { expect } from 'chai';
import fc from 'fast-check';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST } from '../../../exporter/owners/owners.ts';
import { RulesError } from '../../../exporter/rules/errors.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { anyCharacter } from '../../support/any-character.ts';

function rule(fields: Readonly<Record<string, string>>): string {
  const all = {
    name: 'x',
    on: 'exec',
    severity: 'info',
    mitre: 'T1059',
    description: 'd',
    condition: 'in_container',
    ...fields,
  };
  return Object.entries(all)
    .map(([key, value], i) => `${i === 0 ? '  - ' : '    '}${key}: ${value}\n`)
    .join('');
}

function problemsOf(text: string): string[] {
  try {
    parseRules(text, 'f');
  } catch (error) {
    if (error instanceof RulesError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('rules: the file', () => {
  it('gives the rules with what each kind has of its own', () => {
    const { rules } = parseRules(
      `rules:\n${rule({})}${rule({ name: 'f', on: 'file', condition: '"true"', paths: '[/etc/x, /etc/y.d/*.conf]' })}${rule(
        {
          name: 'l',
          on: 'log',
          condition: 'line.contains("x")',
          files: '[/var/log/x]',
          journal: '[sshd]',
          pods: '{ namespace: n, labels: { app: web }, container: c }',
        },
      )}`,
      'f',
    );
    expect(rules.map(({ name, on }) => [name, on])).to.deep.equal([
      ['x', 'exec'],
      ['f', 'file'],
      ['l', 'log'],
    ]);
    expect(rules[1]).to.deep.include({ paths: ['/etc/x', '/etc/y.d/*.conf'] });
    expect(rules[2]).to.deep.include({
      source: {
        files: ['/var/log/x'],
        journal: ['sshd'],
        pods: { namespace: 'n', labels: { app: 'web' }, container: 'c' },
      },
    });
  });

  it('lets a file rule count every change', () => {
    const text =
      'rules:\n  - {name: x, on: file, severity: info, mitre: T1053, description: d, paths: [/etc/x]}\n';
    expect(parseRules(text, 'f').rules[0]?.text).to.equal('true');
  });

  it('gives a log rule the category that it names, and other without one', () => {
    const log = { on: 'log', files: '[/x]', condition: '"true"' };
    const { rules } = parseRules(
      `rules:\n${rule({ ...log, name: 'a', category: 'auth' })}${rule({ ...log, name: 'b', category: 'web' })}${rule({ ...log, name: 'c' })}`,
      'f',
    );
    expect(rules.map((one) => 'category' in one && one.category)).to.deep.equal(['auth', 'web', 'other']);
  });

  it('lets conditions name patterns, of their own file and of the one that it stands over', () => {
    const named = (condition: string) => rule({ on: 'log', files: '[/x]', condition });
    const base = parseRules('rules: []\npatterns:\n  word: a+b\n  other: c', 'base');
    const { rules } = parseRules(
      `patterns:\n  own: d$\nrules:\n${named('line.matches(word) || line.matches(own)')}`,
      'f',
      base.patterns,
    );
    const matches = (line: string) =>
      rules.some(
        (one) =>
          one.on === 'log' && one.condition.evaluate(new LineEvent(line, '', undefined, HOST)) === 'match',
      );
    expect(['xaab', 'xd', 'c', 'xaab', 'dx'].map(matches)).to.deep.equal([true, true, false, true, false]);
  });

  it('takes a name to switch off without the rest', () => {
    expect([...parseRules('rules:\n  - name: x\n    enabled: false\n', 'f').disabled]).to.deep.equal([
      ['x', 2],
    ]);
  });

  const refused: readonly (readonly [title: string, text: string, problem: string | RegExp])[] = [
    [
      'a pattern by a name that there is not',
      `rules:\n${rule({ on: 'log', files: '[/x]', condition: 'line.matches(word)' })}`,
      /^f:7: condition: matches\(\) needs .* and there is none word$/,
    ],
    ['a named pattern that is none', 'patterns:\n  a: b\n  word: "("\nrules: []', /^f:3: patterns\.word: /],
    [
      'a pattern without a name',
      'patterns:\n  A-b: c\nrules: []',
      /^f:2: a pattern's name "A-b": must be like /,
    ],
    ['patterns that are no mapping', 'patterns: [a]\nrules: []', 'f:1: patterns must be a mapping'],
    [
      'a category that there is not',
      `rules:\n${rule({ on: 'log', files: '[/x]', category: 'Web' })}`,
      'f:9: category "Web": must be auth, web, other',
    ],
    [
      'a category of a rule that has no lines',
      `rules:\n${rule({ category: 'web' })}`,
      'f:8: category is not for on: exec',
    ],
    ['nothing', '', 'f:1: a rules file must be a mapping'],
    ['a list', '- a', 'f:1: a rules file must be a mapping'],
    ['another field', 'rules: []\nrule: []', 'f:2: a rules file has no field "rule"; it has rules, patterns'],
    ['rules that are no list', 'rules: 1', 'f:1: rules must be a list'],
    ['YAML that is none', 'rules: [\n', /^f:2: /],
    ['a key twice', 'rules: []\nrules: []', 'f:2: a rules file has rules twice'],
    ['a rule that is no mapping', 'rules:\n  - 1', 'f:2: a rule must be a mapping'],
    ['an unknown field', `rules:\n${rule({ severty: 'x' })}`, /^f:8: a rule has no field "severty"/],
    ['a bad name', `rules:\n${rule({ name: 'A b' })}`, 'f:2: name "A b": must be like shell_in_container'],
    [
      'an unknown kind',
      `rules:\n${rule({ on: 'execs' })}`,
      'f:3: on "execs": must be exec, connection, pod, file, log',
    ],
    [
      'a bad severity',
      `rules:\n${rule({ severity: 'high' })}`,
      'f:4: severity "high": must be info, warning, critical',
    ],
    ['a bad technique', `rules:\n${rule({ mitre: 'x' })}`, 'f:5: mitre "x": must be like T1609 or T1552.005'],
    ['no technique', `rules:\n${rule({ mitre: '' })}`, 'f:5: mitre must be text'],
    [
      'a condition on another field',
      `rules:\n${rule({ condition: 'port == 1' })}`,
      'f:7: condition: unknown variable: port',
    ],
    [
      'the line within a block',
      `rules:\n${rule({ condition: '|\n      in_container &&\n      nam == "x"' })}`,
      'f:9: condition: unknown variable: nam',
    ],
    ['two of one name', `rules:\n${rule({})}${rule({})}`, 'f:8: a second rule is named x'],
    ['what belongs to another kind', `rules:\n${rule({ paths: '[/a]' })}`, 'f:8: paths is not for on: exec'],
    [
      'a file rule without paths',
      `rules:\n${rule({ on: 'file', condition: '"true"' })}`,
      'f:2: paths must be a list',
    ],
    [
      'a relative path',
      `rules:\n${rule({ on: 'file', condition: '"true"', paths: '[etc]' })}`,
      /must be absolute/,
    ],
    [
      'a path upwards',
      `rules:\n${rule({ on: 'file', condition: '"true"', paths: '[/a/../b]' })}`,
      /without "\.\."/,
    ],
    [
      '**',
      `rules:\n${rule({ on: 'file', condition: '"true"', paths: '["/a/**"]' })}`,
      /\* stands for one name/,
    ],
    [
      'a log rule without source',
      `rules:\n${rule({ on: 'log', condition: 'line == ""' })}`,
      'f:2: a log rule needs files, journal or pods',
    ],
    [
      'all pods',
      `rules:\n${rule({ on: 'log', condition: 'line == ""', pods: '{ container: c }' })}`,
      /never all pods/,
    ],
    [
      'a count without a group',
      `rules:\n${rule({ on: 'log', condition: 'line == ""', files: '[/a]', count: "'[0-9]+'" })}`,
      'f:9: count: needs one group for the number, such as "([0-9]+) more failures"',
    ],
    [
      'a count with two groups',
      `rules:\n${rule({ on: 'log', condition: 'line == ""', files: '[/a]', count: "'(a)(b)'" })}`,
      'f:9: count: needs one group for the number, such as "([0-9]+) more failures"',
    ],
    [
      'a count that is no pattern',
      `rules:\n${rule({ on: 'log', condition: 'line == ""', files: '[/a]', count: "'('" })}`,
      'f:9: count: error parsing regexp: missing closing ): `(`',
    ],
    [
      'an echo that takes too much',
      `rules:\n${rule({ on: 'log', condition: 'line == ""', files: '[/a]', echo: "'(a{100}){9}'" })}`,
      'f:9: echo: a pattern that takes more than 500 steps',
    ],
    ['a count of execs', `rules:\n${rule({ count: "'(a)'" })}`, 'f:8: count is not for on: exec'],
    [
      'patterns of logs',
      `rules:\n${rule({ on: 'log', condition: 'line == ""', files: '[/var/log/*]' })}`,
      /cannot have patterns/,
    ],
    ['an alias', `rules:\n${rule({ name: '&a x', description: '*a' })}`, 'f:6: description must be text'],
    [
      'too many rules',
      `rules:\n${Array.from({ length: 201 }, (_, i) => rule({ name: `r${i}` })).join('')}`,
      'f:2: rules has more than 200 elements',
    ],
    ['brackets without end', `rules:\n  ${'['.repeat(100_000)}`, 'f:2: nested too deep, or too long'],
    ['braces without end', '{'.repeat(100_000), 'f:1: nested too deep, or too long'],
    ['lists in lists without end', `rules:\n${'- '.repeat(60_000)}`, 'f:2: nested too deep, or too long'],
    ['keys of keys without end', '? '.repeat(60_000), 'f:1: nested too deep, or too long'],
    [
      'mappings in mappings',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'f:66: nested too deep, or too long',
    ],
    ['colons without end', ': '.repeat(60_000), 'f:1: nested too deep, or too long'],
    ['too many values', `rules:\n${'- x\n'.repeat(30_000)}`, /too long$/],
    ['too many keys', 'a: 1\n'.repeat(25_000), /too long$/],
    [
      'too many patterns',
      `rules:\n${Array.from({ length: 200 }, (_, i) =>
        rule({ name: `r${i}`, condition: `path.matches("(a{1,10}){1,10}${i}")` }),
      ).join('')}`,
      /take more than 20000 steps$/,
    ],
  ];
  for (const [title, text, problem] of refused) {
    it(`refuses ${title}`, () => {
      const problems = problemsOf(text);
      if (typeof problem === 'string') expect(problems).to.include(problem);
      else
        expect(
          problems.some((line) => problem.test(line)),
          problems.join('\n'),
        ).to.equal(true);
    });
  }

  it('names every problem, in the order of the lines', () => {
    const problems = problemsOf(`rules:\n${rule({ mitre: 'x', severity: 'y' })}${rule({ condition: 'a' })}`);
    expect(problems.map((line) => line.split(':')[1])).to.deep.equal(['4', '5', '13']);
  });

  it('accepts or refuses whatever a file holds, and does nothing else', () => {
    const good = `rules:\n${rule({})}${rule({ name: 'f', on: 'file', condition: '"true"', paths: '[/etc/x]' })}`;
    const edit = fc.record({
      at: fc.nat(good.length),
      cut: fc.nat(20),
      put: fc.string({ unit: anyCharacter, maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
        const text = edits.reduce((t, { at, cut, put }) => t.slice(0, at) + put + t.slice(at + cut), good);
        problemsOf(text);
      }),
      { numRuns: 500 },
    );
  });
});
