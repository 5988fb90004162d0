import { expect } from 'chai';
import fc from 'fast-check';
import { PromqlRefused } from '../../../builder/promql/parse.ts';
import { reachOf } from '../../../builder/promql/reach.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { expression, LOOKBACK_MS } from '../support/expressions.ts';

const MINUTE_MS = 60_000;
const STEP_MS = 15_000;
const EVALUATION = { stepMs: STEP_MS, lookbackMs: LOOKBACK_MS };

describe('builder/promql/reach', () => {
  const reaches: [string, number][] = [
    ['up', 5],
    ['1', 0],
    ['time() - 3600', 0],
    ['vector(1)', 0],
    ['rate(a[5m])', 5],
    ['rate(a[5m]) / rate(b[1h] offset 1h)', 120],
    ['rate(a[5m]) / rate(b[1h] OFFSET 1h)', 120],
    ['rate(a[5m]) / rate(b[1h] Offset # here\n 1h)', 120],
    ['up OFFSET 10m', 15],
    ['max_over_time(rate(a[5m])[30m:1m])', 35],
    ['max_over_time(a[10m:15s])', 15],
    ['max_over_time(a[10m] OFFSET 10m)', 20],
    ['max_over_time((a offset 10m)[10m:] offset 1h30m)', 115],
    ['max_over_time(max_over_time(a[5m:] offset 5m)[10m:5m] offset 10m)', 35],
    ['a{b="[9h]"} # [8h]', 5],
    ["a{b=~`offset -1h`, c!='\"'}", 5],
    // An offset is about what stands directly before it.
    ['a + b offset 10m', 15],
    ['rate(a[20m]) + b offset 10m', 20],
    ['-a offset 10m', 15],
    ['a + rate(b[5m]) + c offset 1h + d', 65],
    ['a > bool b offset 10m', 15],
    ['sum by (node, "k8s.node.name") (a offset 10m)', 15],
    // Prometheus 3: numbers are seconds, and durations can be computed.
    ['rate(a[600])', 10],
    ['rate(a[600.0])', 10],
    ['rate(a[0x258])', 10],
    ['rate(a[6e2])', 10],
    ['rate(a[01130])', 10],
    ['rate(a[6_00])', 10],
    ['rate(a[5m*2])', 10],
    ['rate(a[2 ^ 2 * 1m - 4m + 10m])', 10],
    ['rate(a[(30m / 3)])', 10],
    ['rate(a[25m % 15m])', 10],
    ['rate(a[step() * 40])', 10],
    ['rate(a[max_of(step(), 10m)])', 10],
    ['rate(a[min_of(1h, 10m)])', 10],
    ['max_over_time(a[5m:step()])', 10],
    ['a offset 600', 15],
    ['a OFFSET (5m * 2)', 15],
    ['a offset (600)', 15],
    ['a offset step()', 5.25],
    ['rate(a[5m] anchored)', 10],
    ['rate(a[5m] offset 5m ANCHORED)', 15],
    ['info(rate(a[5m] offset 5m), {k8s_cluster="x"})', 15],
    // Prometheus 2 calls double_exponential_smoothing so.
    ['holt_winters(a[10m], 0.5, 0.5)', 10],
    ['predict_linear(a[10m], 3600)', 10],
    ['a[1y1w1d1h1m1s1ms]', (365 + 8) * 1440 + 61 + 1001 / MINUTE_MS],
  ];
  for (const [promql, minutes] of reaches)
    it(`of ${JSON.stringify(promql)} is ${minutes} minutes`, () =>
      expect(reachOf(promql, EVALUATION)).to.equal(Math.round(minutes * MINUTE_MS)));

  it('goes further back where a range takes the sample before it as well', () => {
    const evaluation = { ...EVALUATION, takesSampleBefore: true };
    expect(reachOf('rate(a[10m] offset 5m)', evaluation)).to.equal(20 * MINUTE_MS);
    expect(reachOf('a', evaluation)).to.equal(LOOKBACK_MS);
  });

  const refusals: [string, string][] = [
    ['a offset -5m', 'may not look ahead (offset -5m)'],
    ['a OFFSET -5m', 'may not look ahead'],
    ['a offset # back\n -2m', 'may not look ahead'],
    ['a offset - 5m', 'may not look ahead'],
    ['a offset -300', 'may not look ahead'],
    ['a offset -(5m)', 'may not look ahead'],
    ['a offset (-5m)', 'may not look ahead'],
    ['a offset (5m - 10m)', 'may not look ahead'],
    ['a offset (0 - 1)', 'may not look ahead'],
    ['a offset -step()', 'may not look ahead'],
    ['a offset (5m * -1)', 'may not look ahead'],
    ['a offset -0x10', 'may not look ahead'],
    ['rate(a[5m] offset -1m)', 'may not look ahead'],
    ['max_over_time(a[5m:1m] offset -1m)', 'may not look ahead'],
    ['max_over_time((a offset -1m)[5m:1m] offset 1m)', 'may not look ahead'],
    ['b + a offset -1m', 'may not look ahead'],
    ['rate(a[5m] smoothed)', 'may not look ahead (smoothed)'],
    ['a SMOOTHED', 'may not look ahead (smoothed)'],
    ['rate(a[5m] offset 10m smoothed)', 'may not look ahead (smoothed)'],
    ['a @ end()', 'may not look ahead (@)'],
    ['a @ START()', 'may not look ahead (@)'],
    ['a @ 0', 'may not look ahead (@)'],
    ['a offset 1h @ 1.5e9', 'may not look ahead (@)'],
    ['rate(a[5m] @ 1)', 'may not look ahead (@)'],
    ['b + a @ end()', 'may not look ahead (@)'],
    ['end() - time()', 'may not use end()'],
    ['start()', 'may not use start()'],
    ['range()', 'may not use range()'],
    ['max_over_time(end()[5m:1m])', 'may not use end()'],
    ['rate(a[range()])', 'may not use range()'],
    ['a offset range()', 'may not use range()'],
    ['rate(a[5m - 10m])', 'not longer than 0'],
    ['rate(a[0])', 'not longer than 0'],
    ['rate(a[5m / 0])', 'no duration'],
    ['rate(a[Inf])', 'no duration'],
    ['a offset NaN', 'no duration'],
    ['rate(a[1e30])', 'no duration'],
    // Prometheus takes all of the durations for the offset: 3.4 always, others after a bracket.
    ['a offset 5m - 10m', 'in parentheses'],
    ['a offset (5m) - 10m', 'in parentheses'],
    ['a offset (5m) - step()', 'in parentheses'],
    ['b or a offset (5m) * -(step() + 1)', 'in parentheses'],
    ['b + a offset 5m # c\n * -(2)', 'in parentheses'],
    ['sum(a) offset 5m', 'behind what is no selector'],
    ['(a) offset 5m', 'behind what is no selector'],
    ['a offset 5m [5m]', 'behind what is no selector'],
    // What ends a comment for the server and not for the grammar.
    ['a # c\r offset -2m', 'carriage return'],
    ['sum(', 'cannot be read as PromQL at its end'],
    ['a b', 'cannot be read as PromQL from "b" on (character 3)'],
    ['nothing_known(a)', 'cannot be read as PromQL from'],
    ['', 'cannot be read as PromQL'],
    ['# a', 'cannot be read as PromQL'],
    ['a offset', 'cannot be read as PromQL'],
    ['"a', 'a text without its end'],
    ['a{b="c', 'a text without its end'],
    [`${'('.repeat(600)}a${')'.repeat(600)}`, 'nested deeper than 500 levels'],
    ['('.repeat(20_000), '20000 characters'],
    [`a${'+a'.repeat(4_900)}`, ''],
  ];
  for (const [promql, message] of refusals)
    it(`refuses ${JSON.stringify(promql.slice(0, 60))}`, () =>
      expect(() => reachOf(promql, EVALUATION)).to.throw(PromqlRefused, message));

  it('is that of the parts, however an expression is put together and spelt', () => {
    fc.assert(
      fc.property(expression, ({ text, reachMs }) => {
        expect(reachOf(text, EVALUATION)).to.equal(reachMs);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses an expression wherever in it something looks ahead', () => {
    const ahead = fc.constantFrom('a offset -1s', 'a @ 5', 'rate(a[1m] smoothed)', 'end()', 'a OFFSET (-1)');
    fc.assert(
      fc.property(expression, expression, ahead, ({ text: one }, { text: other }, looking) => {
        for (const text of [
          `${one} or ${looking}`,
          `sum(${looking}) + ${other}`,
          `max_over_time((${other} - (${looking}))[5m:])`,
        ])
          expect(() => reachOf(text, EVALUATION)).to.throw(PromqlRefused);
      }),
      { numRuns: 200 },
    );
  });

  it('ends with an answer or a refusal, whatever is written', () => {
    const words = fc.constantFrom(
      'a',
      'offset',
      '-',
      '5m',
      '[',
      ']',
      ':',
      '(',
      ')',
      '@',
      '{',
      '}',
      '"',
      '#',
      '\n',
      '\r',
      'sum',
      'by',
      ',',
      '=',
      '600',
      'start',
      'end',
      'step()',
      'smoothed',
      '`',
      '\\',
      '\u2028',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCharacter }),
          fc.array(words, { maxLength: 20 }).map((all) => all.join(' ')),
        ),
        (text) => {
          try {
            expect(reachOf(text, EVALUATION)).to.be.at.least(0);
          } catch (error) {
            expect(error).to.be.instanceOf(PromqlRefused);
            expect((error as Error).message).not.to.match(/[\r\n]/);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
