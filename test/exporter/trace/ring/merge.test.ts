import { expect } from 'chai';
import fc from 'fast-check';
import { mergeInOrder, type TimedStream } from '../../../../exporter/trace/ring/merge.ts';

class Times implements TimedStream {
  readonly name: number;
  readonly #times: readonly number[];
  #at = 0;

  constructor(name: number, times: readonly number[]) {
    this.name = name;
    this.#times = times;
  }

  get time(): number {
    return this.#times[this.#at] ?? Number.NaN;
  }

  advance(): boolean {
    this.#at += 1;
    return this.#at < this.#times.length;
  }
}

function merged(streams: readonly Times[], horizon: number): [number, number][] {
  const found: [number, number][] = [];
  mergeInOrder(streams, horizon, ({ name, time }) => found.push([time, name]));
  return found;
}

describe('merging CPUs by time', () => {
  it('takes the earliest record of any CPU, of equal ones the first CPU’s, up to the horizon', () => {
    const streams = [new Times(0, [1, 4, 9]), new Times(1, [2, 3, 4, 10]), new Times(2, [4])];
    expect(merged(streams, 9)).to.deep.equal([
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 0],
      [4, 1],
      [4, 2],
      [9, 0],
    ]);
    expect(streams[1]?.time, 'kept for the next time').to.equal(10);
  });

  it('gives every record up to the horizon once, in order', () => {
    const times = fc.array(fc.nat(50), { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(times), fc.nat(60), (lists, horizon) => {
        const found = merged(
          lists.map((list, name) => new Times(name, list)),
          horizon,
        ).map(([time]) => time);
        const expected = lists.flat().filter((time) => time <= horizon);
        expect(found).to.deep.equal(expected.sort((a, b) => a - b));
      }),
    );
  });
});
