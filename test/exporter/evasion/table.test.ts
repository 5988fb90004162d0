import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { METRICS } from '../../../exporter/catalogue/index.ts';
import { evasionPage } from '../../../tools/generate/evasion-page.ts';
import { ROOT } from '../../support/paths.ts';
import { contradiction } from './judge.ts';
import { EVASIONS } from './table/index.ts';
import { counted, type Outcome, otherwise, SEEN, unseen } from './table/model.ts';

const ROWS = EVASIONS.flatMap(({ rows }) => rows);

const { rules } = parse(readFileSync(join(ROOT, 'exporter', 'rules', 'default.yaml'), 'utf8')) as {
  rules: readonly { readonly name: string }[];
};
const RULES = new Set(rules.map(({ name }) => name));

/** Whether a sign is a rule, or a metric with a value that its first closed label has. */
function isKnown(sign: string): boolean {
  const [name, said] = sign.split(' ');
  const metric = METRICS.find((each) => each.name === `kubevigil_${name}`);
  if (metric === undefined) return RULES.has(sign);
  const [values] = Object.values(metric.labels);
  return said === undefined || (Array.isArray(values) && values.includes(said));
}

describe('the table of evasions', () => {
  it('has each row once, about rules and metrics that there are', () => {
    const ids = ROWS.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    const signs = ROWS.flatMap(({ evades, outcome }) =>
      ('by' in outcome ? [evades, outcome.by] : [evades]).flat(2),
    );
    expect(signs.filter((sign) => !isKnown(sign))).to.deep.equal([]);
  });

  it('tries every default rule', () => {
    const tried = new Set<string>(
      ROWS.flatMap(({ evades, outcome }) => [...evades, ...(outcome.kind === 'otherwise' ? outcome.by : [])]),
    );
    expect([...RULES].filter((name) => !tried.has(name))).to.deep.equal([]);
  });

  it('says of each blind spot why, and what it would take', () => {
    for (const { id, outcome } of ROWS)
      if (outcome.kind === 'unseen') expect([outcome.why, outcome.cost].every(Boolean), id).to.equal(true);
    const page = evasionPage(EVASIONS);
    for (const { outcome } of ROWS)
      if (outcome.kind === 'unseen') expect(page).to.contain(outcome.cost.slice(0, 20));
  });
});

describe('what is said of an evasion is wrong', () => {
  const judge = (outcome: Outcome, own: Readonly<Record<string, number>>, rise = 0, times = 2) =>
    contradiction({ evades: ['meant', 'meant too'], outcome }, times, {
      own: new Map(Object.entries(own)),
      rise: () => rise,
    });
  const CASES: readonly (readonly [Outcome, Readonly<Record<string, number>>, number, boolean])[] = [
    [SEEN, { meant: 2 }, 0, false],
    [SEEN, { 'meant too': 2, other: 1 }, 0, false],
    [SEEN, { meant: 1 }, 0, true],
    [SEEN, { other: 2 }, 0, true],
    [SEEN, {}, 9, true],
    [otherwise(['other'], ''), { other: 2 }, 0, false],
    [otherwise(['other'], ''), {}, 2, false],
    [otherwise(['other'], ''), { other: 2, meant: 1 }, 0, true],
    [otherwise(['other', 'another'], ''), { other: 2 }, 0, true],
    [counted('missed', ''), { meant: 1 }, 1, false],
    [counted('missed', ''), { meant: 1 }, 0, true],
    [unseen('', ''), {}, 0, false],
    [unseen('', ''), { meant: 1 }, 0, true],
    [unseen('', ''), { other: 1 }, 0, true],
  ];
  for (const [outcome, own, rise, isWrong] of CASES)
    it(`${isWrong ? '' : 'not '}when it is ${outcome.kind} and ${JSON.stringify(own)} was counted, and ${rise}`, () =>
      expect(judge(outcome, own, rise) !== undefined).to.equal(isWrong));
});
