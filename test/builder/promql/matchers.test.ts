import { expect } from 'chai';
import fc from 'fast-check';
import { matchersIn, parseMatchers } from '../../../builder/promql/matchers.ts';
import { type Matcher, matcherText } from '../../../exporter/catalogue/model/promql.ts';

describe('builder/promql/matchers', () => {
  const found: [string, readonly Matcher[]][] = [
    ['', []],
    [' \n', []],
    ['a="b"', [{ name: 'a', operator: '=', value: 'b' }]],
    [' a = "b" , ', [{ name: 'a', operator: '=', value: 'b' }]],
    ["a!='b'", [{ name: 'a', operator: '!=', value: 'b' }]],
    ['a=~`b\\d+`', [{ name: 'a', operator: '=~', value: 'b\\d+' }]],
    ['a!~"b|\\\\."', [{ name: 'a', operator: '!~', value: 'b|\\.' }]],
    [
      'a="}", b="\\"{"',
      [
        { name: 'a', operator: '=', value: '}' },
        { name: 'b', operator: '=', value: '"{' },
      ],
    ],
    ['a="b" # c="d"', [{ name: 'a', operator: '=', value: 'b' }]],
    [
      'offset="b", by="sum"',
      [
        { name: 'offset', operator: '=', value: 'b' },
        { name: 'by', operator: '=', value: 'sum' },
      ],
    ],
    ['"k8s.node.name"="x"', [{ name: 'k8s.node.name', operator: '=', value: 'x' }]],
    ["'größe'=~'\\x41\\101\\u00e9\\U0001F600\\t\\''", [{ name: 'größe', operator: '=~', value: "AAé😀\t'" }]],
    ['a="\\xc3\\xa9"', [{ name: 'a', operator: '=', value: 'é' }]],
  ];
  for (const [text, matchers] of found)
    it(`reads ${JSON.stringify(text)}`, () => expect(parseMatchers(text)).to.deep.equal(matchers));

  const refused = [
    'a=b',
    'a',
    'a="b" c="d"',
    'a="b"}',
    'a="b"} or {c="d"',
    'a="b"}[5m]) # ',
    'a="b"} offset -5m #',
    '{a="b"}',
    ',',
    'a=="b"',
    'a="b',
    'a="\\d"',
    'a="\\xff"',
    "a='\\\"'",
    'a="\\ud800"',
    'a="b\nc"',
    '"metric"',
    '""="b"',
    'k8s.node.name="x"',
    'a="b" # c\r, d="e"',
  ];
  for (const text of refused)
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseMatchers(text)).to.equal(undefined));

  const matcher = fc.record({
    name: fc.oneof(
      fc.constantFrom('a', 'offset', 'k8s.node.name'),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    ),
    operator: fc.constantFrom<Matcher['operator']>('=', '!=', '=~', '!~'),
    value: fc.string({ unit: 'grapheme' }),
  });

  it('reads back what the builder writes, in a list and in an expression', () => {
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 4 }), (matchers) => {
        const text = matchers.map(matcherText).join(',');
        expect(parseMatchers(text)).to.deep.equal(matchers);
        expect(matchersIn(`sum(rate(up{${text}}[5m])) # {a="b"}`)).to.deep.equal(matchers);
      }),
    );
  });

  it('takes a text for matchers alone or not at all: it closes no brace', () => {
    const piece = fc.constantFrom(
      'a="b"',
      ',',
      '}',
      '{',
      '"',
      "'",
      '`',
      '#',
      '\n',
      'or',
      '\\',
      'c=~"d"',
      '[5m]',
      ')',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const matchers = parseMatchers(pieces.join(''));
        if (matchers === undefined) return;
        expect(matchersIn(`up{${pieces.join('')}\n}`)).to.deep.equal(matchers);
      }),
      { numRuns: 500 },
    );
  });
});
