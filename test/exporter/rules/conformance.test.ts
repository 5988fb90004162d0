import { expect } from 'chai';
import fc from 'fast-check';
import type { RuleEvent } from '../../../exporter/catalogue/events/fields.ts';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST } from '../../../exporter/owners/owners.ts';
import { ConditionError, compileCondition } from '../../../exporter/rules/condition.ts';
import { anyCharacter } from '../../support/any-character.ts';

const FILE: RuleEvent<'file'> = {
  path: '/é😀',
  change: 'content',
  mode: 0o4777n,
  uid: 0n,
  gid: 0n,
  size: 5n,
};
const LOG = new LineEvent('Straße İ ab\nc', '', undefined, HOST);

const TRUE = [
  // Numbers of different types are compared on one number line.
  '1 == 1.0 && 1.0 == 1 && 1 == 1u && 1u == 1 && 1u == 1.0 && 1.0 == 1u',
  '!(1 != 1.0) && 1 != 1.5 && 1u != 2.5',
  'size == 5.0 && size == 5u && 5.0 == size && size != 5.5',
  '1 < 1.5 && 1u < 2 && -1 < 0u && 2.5 > 2u && 1 >= 1.0 && 1u <= 1',
  '9007199254740993 != 9007199254740992.0 && 9007199254740993 > 9007199254740992.0',
  '9223372036854775807 != 9223372036854775808.0 && 9223372036854775807 < 9223372036854775808.0',
  '1 in [1.0] && 1.0 in [0, 1] && 1u in [1] && 1 in [2u, 1u] && !(1 in [1.5])',
  'size in [4.0, 5.0] && size in [5u]',
  '0.0 == -0.0 && 0.0 / 0.0 != 0.0 / 0.0 && !(0.0 / 0.0 == 1) && 1.0 / 0.0 > 1.0',
  // Arithmetic rounds towards zero.
  '-7 / 2 == -3 && -7 % 2 == -1 && 7 % -2 == 1 && 7 / -2 == -3',
  '-9223372036854775808 < 0 && 0xff == 255 && -0xff == -255 && 0xffu == 255u && 1e3 == 1000.0 && --1 == 1',
  // Conversions.
  'int("12") == 12 && int("-12") == -12 && int("+1") == 1 && int("-0") == 0',
  'int("-9223372036854775808") == -9223372036854775808 && int("9223372036854775807") == 9223372036854775807',
  'int(1.9) == 1 && int(-1.9) == -1 && int(5) == 5',
  'string(1) == "1" && string(-5) == "-5" && string(1u) == "1" && string(true) == "true" && string("a") == "a"',
  // Texts are code points.
  'size("é") == 1 && size("😀") == 1 && "😀".size() == 1 && size("e\u0301") == 2 && path.size() == 3',
  '"\\u00e9" == "é" && "\\U0001F600" == "😀" && "\\x41" == "A" && "\\101" == "A" && r"\\n" == "\\\\n"',
  '"\\a\\b\\f\\v\\?\\`\\"\\\'" != "" && """a"b""" == "a\\"b" && \'\'\'a\nb\'\'\' == "a\\nb"',
  '"abc" < "abd" && "a" > "B" && "a" < "aa" && "" < "a" && "\uFFFF" < "😀" && "😀" > "\uFFFF" && "😀" >= "😀" && "a" <= "a"',
  '"ÀBc".lowerAscii() == "Àbc" && "İ".lowerAscii() == "İ" && "\u212A".lowerAscii() == "\u212A"',
  '"Straße".upperAscii() == "STRAßE" && "ﬁ".upperAscii() == "ﬁ" && "éa".upperAscii() == "éA"',
  '"abc".startsWith("") && "abc".contains("") && !"é".startsWith("e") && "a" + "b" == "ab"',
  // Patterns are RE2's, unanchored, in code points, and their classes are ASCII.
  '"abc".matches("b") && !"abc".matches("^b") && "a😀b".matches("^a.b$") && "aéb".matches("a.b")',
  '!"a\\nb".matches("a.b") && "a\\nb".matches("(?s)a.b") && !"é".matches(r"\\w") && !"٣".matches(r"\\d") && "x".matches("(?i)X")',
  // An error beside what decides is no error.
  'true || 1 / 0 == 1',
  '1 / 0 == 1 || true',
  'int("") == 0 || true',
  '!(1 / 0 == 1 && false) && !(false && 1 / 0 == 1)',
  '1 == 1 ? true : 1 / 0 == 1',
  'false ? false : true ? true : false',
  // Macros.
  '[0, 1].exists(x, 1 / x == 1) && ![0, 1].all(x, 1 / x == 2) && [].all(x, false) && ![].exists(x, true)',
  '[1, 2].exists_one(x, x == 1) && [1, 2, 3].filter(x, x > 1).size() == 2',
  '"a" in ["a"] && "a" in {"a": 1} && {"a": 1}.a == 1 && {"a": 1}["a"] == 1 && [1] + [2] == [1, 2] && [[1]] == [[1]]',
];

/** No value, so that the rule does not match and this is counted. */
const FAILS = [
  'int("") == 0',
  'int(" 1") == 1',
  'int("1 ") == 1',
  'int("+") == 1',
  'int("0x10") == 16',
  'int("1e3") == 1000',
  'int("1.0") == 1',
  'int("1_000") == 1000',
  'int("٣") == 3',
  'int("9223372036854775808") > 0',
  'int("-9223372036854775809") < 0',
  'int(1e30) > 0',
  'int(9223372036854775808.0) > 0',
  'int(0.0 / 0.0) == 0',
  'int(1.0 / 0.0) > 0',
  '9223372036854775807 + 1 > 0',
  '-9223372036854775808 - 1 < 0',
  '9223372036854775807 * 2 > 0',
  '-(-9223372036854775808) > 0',
  '-9223372036854775808 / -1 > 0',
  '-9223372036854775808 % -1 == 0',
  '0u - 1u == 0u',
  '18446744073709551615u + 1u == 0u',
  '1 / 0 == 1',
  '1 % 0 == 1',
  '1u / 0u == 1u',
  '[1, 0].exists_one(x, 1 / x == 1)',
  '[1].all(x, 1 / 0 == x)',
];

/** Refused when the rule is loaded: by the specification, or because the library has it otherwise. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['1 == "1"', /no such overload: int == string/],
  ['1 + 1.0 == 2.0', /no such overload: int \+ double/],
  ['[1] == [1.0]', /no such overload/],
  ['1 in {1u: 1}', /no such overload/],
  ['9223372036854775808 > 0', /9223372036854775808 is beyond what an int can be/],
  ['-9223372036854775809 < 0', /9223372036854775809 is beyond what an int can be/],
  ['{"a": 1, "a": 2}.size() == 1', /a map has the key a twice/],
  ['b"a" == b"a"', /bytes cannot be used/],
  ['size(b"é") == 2', /bytes cannot be used/],
  ['string(1.5) == "1.5"', /no matching overload for 'string\(double\)'/],
  ['[1, "a"].size() == 2', /must have the same type/],
  ['"\\q" == "q"', /invalid escape/],
  ['"\\400" == "a"', /out of range/],
  ['"\\uD800" == "a"', /surrogate/],
  ['"\\U00110000" == "a"', /Unicode escape/],
  ['[1][1.0] == 1', /index must be int/],
  ['"abc"[0] == "a"', /cannot index/],
  ['"a-b".split("-").size() == 2', /split\(\) cannot be used/],
  ['"a".replace("a", "b") == "b"', /replace\(\) cannot be used/],
  ['"abc".substring(1) == "bc"', /substring\(\) cannot be used/],
  ['"abc".indexOf("b") == 1', /indexOf\(\) cannot be used/],
  ['1 < 2 < 3', /no such overload: bool < int/],
  ['true ? 1 : 2', /must be true or false/],
];

describe("rules: conditions by CEL's specification", () => {
  for (const text of TRUE) {
    it(`${text} is true`, () => expect(compileCondition('file', text).evaluate(FILE)).to.equal('match'));
  }

  for (const text of FAILS) {
    it(`${text} has no value`, () => {
      expect(compileCondition('file', text).evaluate(FILE)).to.equal('failed');
      expect(compileCondition('file', `!(${text})`).evaluate(FILE)).to.equal('failed');
    });
  }

  for (const [text, reason] of REFUSED) {
    it(`${text} is refused`, () => {
      expect(() => compileCondition('file', text)).to.throw(ConditionError, reason);
    });
  }

  it('are the same for the texts and numbers of events', () => {
    const holds = (text: string) => compileCondition('log', text).evaluate(LOG);
    expect(
      holds('line.lowerAscii() == "straße İ ab\\nc" && line.upperAscii() == "STRAßE İ AB\\nC"'),
    ).to.equal('match');
    expect(holds('int(line) == 0')).to.equal('failed');
  });

  it('change of ASCII the letters, of others nothing; order is that of code points', () => {
    const lower = compileCondition('log', 'line.lowerAscii() == path');
    const upper = compileCondition('log', 'line.upperAscii() == path');
    const less = compileCondition('log', 'line < path');
    const text = fc.string({ unit: anyCharacter, maxLength: 12 });
    const codePoints = (value: string) => [...value].map((character) => character.codePointAt(0) ?? 0);
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.from(a);
        const change = (from: number, to: number, by: number) =>
          Buffer.from(bytes.map((byte) => (byte >= from && byte <= to ? byte + by : byte))).toString();
        expect(lower.evaluate(new LineEvent(a, change(0x41, 0x5a, 32), undefined, HOST))).to.equal('match');
        expect(upper.evaluate(new LineEvent(a, change(0x61, 0x7a, -32), undefined, HOST))).to.equal('match');
        const [x, y] = [codePoints(a), codePoints(b)];
        const at = x.findIndex((point, i) => point !== y[i]);
        const isLess = at < 0 ? x.length < y.length : (x[at] ?? 0) < (y[at] ?? -1);
        expect(less.evaluate(new LineEvent(a, b, undefined, HOST))).to.equal(isLess ? 'match' : 'no_match');
      }),
    );
  });

  it('read a number from a text when it is one, in range', () => {
    const same = compileCondition('log', 'string(int(line)) == path');
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 64n), 2n ** 64n), (value) => {
        const inRange = value >= -(2n ** 63n) && value < 2n ** 63n;
        const event = new LineEvent(String(value), String(value), undefined, HOST);
        expect(same.evaluate(event)).to.equal(inRange ? 'match' : 'failed');
      }),
    );
  });
});
