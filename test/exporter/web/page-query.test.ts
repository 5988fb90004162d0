import { expect } from 'chai';
import fc from 'fast-check';
import { parsePageQuery } from '../../../exporter/web/page-query.ts';

const NAMES = ['cpu', 'memory', 'pod-network', 'tcp'];

const only = (query: string) => {
  const asked = parsePageQuery(query, NAMES);
  return 'refusal' in asked ? asked.refusal : asked.only && [...asked.only];
};

describe('what a request for the metrics asks for', () => {
  for (const [query, expected] of [
    ['', undefined],
    ['?', undefined],
    ['?collect[]=tcp&collect[]=cpu', ['cpu', 'tcp']],
    ['?collect%5B%5D=cpu', ['cpu']],
    ['?collect[]=cpu&collect[]=cpu', ['cpu']],
    ['?exclude[]=tcp&exclude[]=cpu', ['memory', 'pod-network']],
    ['?exclude[]=cpu&exclude[]=memory&exclude[]=pod-network&exclude[]=tcp', []],
  ] as const) {
    it(`reads ${query}`, () => expect(only(query)).to.deep.equal(expected));
  }

  const there = 'there are cpu, memory, pod-network, tcp';
  for (const [query, refusal] of [
    ['?collect[]=disk', `no such extractor, or not enabled: "disk"; ${there}`],
    ['?exclude[]=disk', `no such extractor, or not enabled: "disk"; ${there}`],
    ['?collect[]=', `no such extractor, or not enabled: ""; ${there}`],
    ['?collect[]=cpu&exclude[]=tcp', 'collect[] and exclude[] cannot be combined'],
    ['?collect=cpu', 'no such parameter: "collect"; there are collect[] and exclude[]'],
    ['?colect[]=cpu', 'no such parameter: "colect[]"; there are collect[] and exclude[]'],
    ['?collect[]=cpu&x=%0a1', 'no such parameter: "x"; there are collect[] and exclude[]'],
    ['?%0a', 'no such parameter: "\\n"; there are collect[] and exclude[]'],
  ] as const) {
    it(`refuses ${query} in one line`, () => expect(only(query)).to.equal(refusal));
  }

  it('is the same whatever the order and however often a name stands there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...NAMES), { minLength: 1 }),
        fc.constantFrom('collect', 'exclude'),
        (names, how) => {
          const query = (all: readonly string[]) => `?${all.map((name) => `${how}[]=${name}`).join('&')}`;
          expect(only(query(names))).to.deep.equal(only(query([...new Set(names)].sort().reverse())));
        },
      ),
    );
  });
});
