import { expect } from 'chai';
import fc from 'fast-check';
import { fits } from '../../../exporter/files/wildcard.ts';

describe('files: patterns of names', () => {
  const cases: readonly (readonly [name: string, pattern: string, fits: boolean])[] = [
    ['a', '*', true],
    ['', '*', true],
    ['.hidden', '*', true],
    ['x.conf', '*.conf', true],
    ['x.conf~', '*.conf', false],
    ['.conf', '*.conf', true],
    ['abcbc', 'a*bc', true],
    ['abcb', 'a*bc', false],
    ['a+b', 'a+b', true],
    ['aab', 'a+b', false],
    ['a', 'a*b*', false],
    ['acbd', 'a*b*', true],
  ];
  for (const [name, pattern, expected] of cases) {
    it(`${JSON.stringify(name)} ${expected ? 'fits' : 'does not fit'} ${pattern}`, () => {
      expect(fits(name, pattern)).to.equal(expected);
    });
  }

  it('is what a regular expression says', () => {
    const text = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 });
    fc.assert(
      fc.property(text('abc.'), text('ab.*'), (name, pattern) => {
        const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
        expect(fits(name, pattern)).to.equal(new RegExp(`^${expression}$`).test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('decides a name that keeps a backtracking matcher busy for ever', () => {
    expect(fits('a'.repeat(255), `${'a*'.repeat(60)}b`)).to.equal(false);
  });
});
