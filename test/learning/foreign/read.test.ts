import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { numberOf, timeOf } from '../../../learning/foreign/cells.ts';
import { readerOf } from '../../../learning/foreign/read.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const START_MS = Date.UTC(2026, 2, 28);
/** Text has no negative zero. */
const DOUBLES = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

describe('files of others', () => {
  const newFolder = temporaryFolder();

  /** Writes a declaration and files; gives the reader and their places. */
  function files(declaration: object | string, contents: Readonly<Record<string, string | Uint8Array>>) {
    const folder = newFolder();
    const own = join(folder, 'declaration.yaml');
    writeFileSync(own, typeof declaration === 'string' ? declaration : JSON.stringify(declaration));
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
    return { declaration: own, place: (name: string) => join(folder, name) };
  }

  const refusal = async (declaration: object | string, text: string) => {
    const { declaration: own, place } = files(declaration, { 'rows.csv': text });
    try {
      await readerOf(own)(place('rows.csv'));
    } catch (error) {
      return (error as Error).message;
    }
    return 'taken';
  };

  const DECLARED = { time: 'when', group: 'host', label: 'attack', step: '5s', ignore: ['id'] };
  const HEAD = 'id,when,host,cpu,bytes,attack';

  it('are datasets once it is said what their columns are', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => {
      const label = i === 3 || i === 4 ? 'flood' : i === 7 ? '' : '0';
      return `${i},2026-03-28 00:00:${String(5 * i).padStart(2, '0')},one,${i === 2 ? 'NaN' : i / 10},${100 * i},${label}`;
    });
    const text = `${HEAD}\n${rows.toReversed().join('\n')}\n0,2026-03-28T02:00:00+02:00,two,1e3,0,normal\n`;
    const declaration = { ...DECLARED, counters: ['bytes'], classes: { flood: 'dos' } };
    const { declaration: own, place } = files(declaration, { 'rows.csv': text });
    const { stepMs, columns, series } = await readerOf(own)(place('rows.csv'));
    expect(stepMs).to.equal(5_000);
    expect(columns).to.deep.equal([{ name: 'cpu' }, { name: 'bytes' }]);
    const [one, two] = series;
    expect([one?.entity, two?.entity]).to.deep.equal([
      { cluster: null, node: 'one' },
      { cluster: null, node: 'two' },
    ]);
    expect([...(one?.timesMs ?? [])]).to.deep.equal(rows.map((_, i) => START_MS + 5_000 * i));
    expect([...(two?.timesMs ?? [])]).to.deep.equal([START_MS]);
    expect(one?.values[0]?.[2]).to.be.NaN;
    expect([...(one?.values[1] ?? [])]).to.deep.equal([Number.NaN, ...rows.slice(1).map(() => 20)]);
    expect(one?.facts.map(({ label }) => label)).to.deep.equal([
      ...['normal', 'normal', 'normal', 'dos', 'dos', 'normal', 'normal', null, 'normal', 'normal'],
    ]);
    expect(one?.facts[3]?.episode).to.equal(one?.facts[4]?.episode);
    expect(one?.facts.map(({ split }) => split)).to.deep.equal([
      ...['train', 'train', 'train', 'train', 'train', 'train', 'validation', 'validation', 'test', 'test'],
    ]);
  });

  it('are the same as Parquet and as CSV, whatever numbers they hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ cpu: DOUBLES, attack: fc.boolean() }), {
          minLength: 1,
          maxLength: 30,
        }),
        async (rows) => {
          const lines = rows.map(({ cpu, attack }, i) => `${START_MS + 5_000 * i},${cpu},${attack}`);
          const parquet = parquetWriteBuffer({
            columnData: [
              { name: 'when', data: rows.map((_, i) => START_MS + 5_000 * i), type: 'DOUBLE' },
              { name: 'cpu', data: rows.map(({ cpu }) => cpu), type: 'DOUBLE' },
              { name: 'attack', data: rows.map(({ attack }) => attack), type: 'BOOLEAN' },
            ],
          });
          const { declaration, place } = files(
            { time: 'when', timeUnit: 'ms', label: 'attack', step: '5s' },
            { 'rows.csv': `when,cpu,attack\n${lines.join('\n')}\n`, 'rows.parquet': new Uint8Array(parquet) },
          );
          const read = readerOf(declaration);
          const [one, other] = [await read(place('rows.csv')), await read(place('rows.parquet'))];
          expect(other.series).to.deep.equal(one.series);
          expect(one.series[0]?.values[0]).to.deep.equal(Float64Array.from(rows, ({ cpu }) => cpu));
        },
      ),
      { numRuns: 10 },
    );
  });

  it('are refused in one line that names the place, and what to do', async () => {
    const row = '1,2026-03-28 00:00:00,one,0.5,7,0';
    const cases: [object | string, string, RegExp][] = [
      [DECLARED, `${HEAD}\n${row}\n${row}\n`, /one has two rows at 2026.*duplicates: first/],
      [
        DECLARED,
        `${HEAD}\n${row.replace('0.5', 'much')}\n`,
        /row 1, cpu: "much" is no number: name the column under ignore/,
      ],
      [DECLARED, `${HEAD}\n${row.replace('2026-03-28', '2026-02-30')}\n`, /row 1, when: .* is no time/],
      [{ ...DECLARED, label: 'lable' }, `${HEAD}\n${row}\n`, /has no column lable, .* it has id, when/],
      [DECLARED, `${HEAD},cpu\n${row},1\n`, /two columns cpu/],
      [DECLARED, `${HEAD}\n${row},8\n`, /Record Length|columns/],
      [{ ...DECLARED, step: 'often' }, `${HEAD}\n${row}\n`, /step: is no duration/],
      [{ ...DECLARED, tiem: 'when' }, `${HEAD}\n${row}\n`, /tiem/],
      ['[', `${HEAD}\n${row}\n`, /declaration.yaml/],
    ];
    for (const [declaration, text, why] of cases) {
      const message = await refusal(declaration, text);
      expect(message).to.match(why);
      expect(message).not.to.include('\n');
    }
    const { place } = files(DECLARED, { 'rows.parquet': 'PAR1 no' });
    const undeclared = await readerOf(undefined)(place('rows.parquet')).catch(String);
    expect(undeclared).to.match(/no dataset of kubevigil-builder.*--declaration/);
    const { declaration } = files(DECLARED, {});
    expect(await readerOf(declaration)(place('rows.parquet')).catch(String)).to.match(/rows.parquet: /);
    expect(await readerOf(declaration)(place('none.csv')).catch(String)).to.match(/no such file/);
  });

  it('have numbers and times in many ways', () => {
    const numbers = ['1e3', ' 7 ', 'true', 'N/A', '0x10', '1,5', 3n, false].map(numberOf);
    expect(numbers).to.deep.equal([1_000, 7, 1, Number.NaN, undefined, undefined, 3, 0]);
    const seconds = START_MS / 1_000;
    for (const [cell, unit] of [
      [seconds, 's'],
      [String(seconds), 's'],
      [BigInt(seconds) * 1_000_000n, 'us'],
      [BigInt(seconds) * 1_000_000_000n, 'ns'],
      ['2026-03-28 00:00', 's'],
      ['2026-03-28T01:00:00+01:00', 's'],
      [new Date(START_MS), 's'],
    ] as const)
      expect(timeOf(cell, unit)).to.equal(START_MS);
    expect([timeOf('yesterday', 's'), timeOf('', 's'), timeOf(null, 's')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
