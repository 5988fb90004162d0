/** PromQL expressions with how far back each looks, by how it was put together. */
import fc from 'fast-check';

export interface Expression {
  readonly text: string;
  readonly reachMs: number;
}

/** Stands for a label's value in the selectors, so that an expression can be asked of several worlds. */
export const WORLD = 'WORLD';
export const LOOKBACK_MS = 300_000;
const MINUTE_MS = 60_000;

interface Duration {
  readonly text: string;
  readonly ms: number;
}

/** The same duration in several spellings. */
const duration: fc.Arbitrary<Duration> = fc
  .tuple(fc.integer({ min: 2, max: 25 }), fc.integer({ min: 0, max: 3 }))
  .map(([minutes, spelling]) => {
    const texts = [`${minutes}m`, `${minutes * 60}s`, `${minutes - 1}m60s`, `${minutes - 1}m59s1000ms`];
    return { text: texts[spelling] ?? '', ms: minutes * MINUTE_MS };
  });

/** What may stand between any two words. */
const gap = fc.constantFrom(' ', '\n', '\t ', ' # offset -9h [9h] @ end()\n', '  #"\n');
const word = (text: string) =>
  fc.constantFrom(
    text,
    text.toUpperCase(),
    text.replace(/^./, (first) => first.toUpperCase()),
  );

const name = fc.constantFrom('gauge', 'counter', 'sparse');
const matchers = fc
  .constantFrom('', ',x!="} offset -1h"', ",x!='[8h]'", ',x!=`\\`', ',x!~"a\\"[7h]",')
  .map((more) => `{world="${WORLD}"${more}}`);
const selector = fc.tuple(name, matchers).map(([metric, braces]) => `${metric}${braces}`);

/** A modifier that may be there: how far it moves, and its text. */
const offset: fc.Arbitrary<Duration> = fc.oneof(
  fc.constant({ text: '', ms: 0 }),
  fc
    .tuple(gap, word('offset'), gap, duration)
    .map(([before, keyword, after, { text, ms }]) => ({ text: `${before}${keyword}${after}${text}`, ms })),
);

/** A selector with a range, or an expression evaluated over one. */
function ranged(instant: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  const step = fc.constantFrom('', '1m', '45s', '2m30s');
  return fc.oneof(
    fc.tuple(selector, duration, offset).map(([series, range, back]) => ({
      text: `${series}[${range.text}]${back.text}`,
      reachMs: range.ms + back.ms,
    })),
    fc.tuple(instant, duration, step, offset).map(([inner, range, every, back]) => ({
      text: `(${inner.text})[${range.text}:${every}]${back.text}`,
      reachMs: inner.reachMs + range.ms + back.ms,
    })),
    fc.tuple(selector, offset, duration, step).map(([series, back, range, every]) => ({
      text: `${series}${back.text}[${range.text}:${every}]`,
      reachMs: LOOKBACK_MS + back.ms + range.ms,
    })),
  );
}

const OVER_TIME = [
  'rate',
  'increase',
  'delta',
  'max_over_time',
  'sum_over_time',
  'last_over_time',
  'absent_over_time',
];
const PLAIN = ['abs', 'timestamp', 'sort', 'absent', 'sum', 'max by (world)', 'ceil', 'SUM without (world)'];

/** Expressions that every Prometheus since 2.42 takes. */
export const expression: fc.Arbitrary<Expression> = fc.letrec<{ instant: Expression }>((tie) => ({
  instant: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(selector, offset).map(([series, back]) => ({
      text: `${series}${back.text}`,
      reachMs: LOOKBACK_MS + back.ms,
    })),
    fc.tuple(fc.constantFrom(...OVER_TIME), ranged(tie('instant'))).map(([call, { text, reachMs }]) => ({
      text: `${call}(${text})`,
      reachMs,
    })),
    fc.tuple(fc.constantFrom(...PLAIN), gap, tie('instant')).map(([call, space, { text, reachMs }]) => ({
      text: `${call}(${space}${text})`,
      reachMs,
    })),
    fc
      .tuple(tie('instant'), fc.constantFrom('+', '-', '*', ' or ', ' AND ', '> bool'), tie('instant'))
      .map(([one, operator, other]) => ({
        text: `${one.text} ${operator} ${other.text}`,
        reachMs: Math.max(one.reachMs, other.reachMs),
      })),
    fc.tuple(tie('instant'), fc.constantFrom('(', '-(', '+(')).map(([{ text, reachMs }, open]) => ({
      text: `${open}${text})`,
      reachMs,
    })),
  ),
})).instant;
