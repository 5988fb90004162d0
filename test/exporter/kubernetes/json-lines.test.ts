import { expect } from 'chai';
import * as fc from 'fast-check';
import { readJsonLines } from '../../../exporter/kubernetes/json-lines.ts';

async function* cut(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [i, place] of places.entries()) yield bytes.subarray(place, places[i + 1]);
}

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values = [];
  for await (const value of stream) values.push(value);
  return values;
}

const failure = (stream: AsyncIterable<unknown>) =>
  collect(stream).then(
    () => 'nothing',
    (error: Error) => error.message,
  );

describe('readJsonLines', () => {
  it('gives the same values however the stream is cut, and drops a last line without its end', async () => {
    const values = fc.array(fc.jsonValue(), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.boolean(),
        async (lines, cuts, broken) => {
          const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
          const rest = broken ? '{"type":"ADDED","obj' : '';
          const plain = JSON.parse(JSON.stringify(lines));
          expect(await collect(readJsonLines(cut(text + rest, cuts)))).to.deep.equal(plain);
        },
      ),
    );
  });

  it('refuses a line that is no JSON, and one without end', async () => {
    expect(await failure(readJsonLines(cut('{}\n<html>\n', [])))).to.match(/a line that is no JSON/);
    async function* endless() {
      for (;;) yield Buffer.alloc(1 << 20, 'x');
    }
    expect(await failure(readJsonLines(endless()))).to.equal('the watch sent an endless line');
  });
});
