import { expect } from 'chai';
import fc from 'fast-check';
import { blocksOf, type Dividing, type Span, splitAt } from '../../../dataset/episodes/blocks.ts';

const STEP_MS = 1000;
const EMBARGO_MS = 2500;
const PARTS = ['train', 'validation', 'test'] as const;
type Part = (typeof PARTS)[number];

const dividing = (changes: Partial<Dividing<Part>> = {}): Dividing<Part> => ({
  shares: PARTS.map((part, i) => ({ part, share: [0.7, 0.15, 0.15][i] as number })),
  ...{ seed: 's', isStratified: true, embargoMs: EMBARGO_MS, stepMs: STEP_MS, lastMs: 1_000_000 },
  ...changes,
});

/** Spans by their first row, some of which lie in each other. */
const someSpans = fc
  .array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 12 }), fc.constantFrom('a', 'b', 'c')), {
    minLength: 1,
    maxLength: 40,
  })
  .map((all) =>
    all
      .sort(([a], [b]) => a - b)
      .map(([at, steps, stratum], i): Span => {
        const firstMs = at * STEP_MS;
        return { name: `e${i}`, stratum, firstMs, lastMs: firstMs + steps * STEP_MS };
      }),
  );

/** Spans that are far enough from each other to be blocks of their own. */
const apart = (strata: readonly string[]): Span[] =>
  strata.map((stratum, i) => {
    const firstMs = i * 20 * STEP_MS;
    return { name: `e${i}`, stratum, firstMs, lastMs: firstMs + 2 * STEP_MS };
  });

const partOf = (spans: readonly Span[], { firstMs }: Span, changes: Partial<Dividing<Part>> = {}) =>
  splitAt(blocksOf(spans, dividing(changes)), EMBARGO_MS, firstMs);

describe('dataset/episodes/blocks', () => {
  for (const isStratified of [true, false])
    it(`moves no episode when later ones come (${isStratified ? 'by strata' : 'by hash'})`, () => {
      fc.assert(
        fc.property(someSpans, fc.nat(40), (spans, count) => {
          const earlier = spans.slice(0, 1 + (count % spans.length));
          const last = earlier.at(-1)?.firstMs ?? 0;
          // Those that begin at the same moment are neither earlier nor later.
          const known = spans.filter(({ firstMs }) => firstMs <= last);
          for (const span of known)
            expect(partOf(spans, span, { isStratified })).to.equal(partOf(known, span, { isStratified }));
        }),
      );
    });

  it('has each stratum in every part from its third episode on, whatever the seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 40 }),
        fc.string(),
        (strata, seed) => {
          const spans = apart(strata);
          for (const stratum of new Set(strata)) {
            const own = spans.filter((span) => span.stratum === stratum);
            const found = new Set(own.map((span) => partOf(spans, span, { seed })));
            expect(found.size).to.equal(Math.min(own.length, PARTS.length));
          }
        },
      ),
    );
  });

  it('comes to the fractions of each stratum', () => {
    const spans = apart(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'a' : 'b')));
    for (const stratum of ['a', 'b']) {
      const found = spans.filter((span) => span.stratum === stratum).map((span) => partOf(spans, span));
      const count = (part: string) => found.filter((each) => each === part).length;
      expect(found).to.have.length(100);
      expect(count('train')).to.be.closeTo(70, 1);
      expect(count('validation')).to.be.closeTo(15, 1);
    }
  });

  it('gives nothing to a part without a share', () => {
    const shares = [
      { part: 'train' as const, share: 0.8 },
      { part: 'validation' as const, share: 0 },
      { part: 'test' as const, share: 0.2 },
    ];
    const spans = apart(['a', 'a', 'a', 'a', 'a']);
    const found = spans.map((span) => partOf(spans, span, { shares }));
    expect(new Set(found)).to.deep.equal(new Set(['train', 'test']));
    expect(found.filter((part) => part === 'train')).to.have.length(4);
  });

  it('puts what is fixed where it is to be, and divides the others as if it were not there', () => {
    const spans = apart(['a', 'a', 'a', 'a']);
    const fixed = ({ name }: Span) => (name === 'e1' ? ('train' as const) : undefined);
    const found = spans.map((span) => partOf(spans, span, { fixed }));
    expect(found[1]).to.equal('train');
    expect(new Set([found[0], found[2], found[3]]).size).to.equal(3);
  });
});
