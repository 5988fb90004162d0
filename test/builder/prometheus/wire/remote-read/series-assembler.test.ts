import { expect } from 'chai';
import fc from 'fast-check';
import { RemoteReadError } from '../../../../../builder/prometheus/wire/remote-read/errors.ts';
import { anySamples } from './support/arbitraries.ts';
import { decode, decodeOrRefuse } from './support/decode.ts';
import { type BitSample, bitsOf, STALE_BITS, sampleOf, samplesOf } from './support/samples.ts';
import { chunkedReadResponse, frame } from './support/wire.ts';
import { encodeXorChunk } from './support/xor-encoder.ts';

const UP = { __name__: 'up', node: 'a' };

const chunkOf = (samples: readonly BitSample[]) => ({ data: encodeXorChunk(samples) });
const frameOf = (labels: Readonly<Record<string, string>>, ...chunks: BitSample[][]) =>
  frame(chunkedReadResponse(labels, chunks.map(chunkOf)));
const at = (...times: number[]): BitSample[] => times.map((timeMs) => sampleOf(timeMs, timeMs / 2));

const fresh = (samples: readonly BitSample[]) => samples.filter(({ bits }) => bits !== STALE_BITS);
const staleTimes = (samples: readonly BitSample[]) =>
  samples.filter(({ bits }) => bits === STALE_BITS).map(({ timeMs }) => timeMs);

describe('builder/prometheus/wire/remote-read/series-assembler', () => {
  it('gives each series once, with all its frames', () => {
    const answer = [
      frameOf(UP, at(1, 2), at(3)),
      frameOf(UP, at(4, 5)),
      frameOf({ ...UP, node: 'b' }, at(1)),
      frameOf({}, at(9)),
    ];
    const series = decode(answer);
    expect(series.map(({ labels }) => labels)).to.deep.equal([UP, { ...UP, node: 'b' }, {}]);
    expect(series.map(samplesOf)).to.deep.equal([at(1, 2, 3, 4, 5), at(1), at(9)]);
  });

  it('keeps (start, end] only', () => {
    const answer = [frameOf(UP, at(1, 2, 3), at(4, 5, 6), at(7, 8, 9))];
    const read = (startMs: number, endMs: number) => decode(answer, { startMs, endMs }).map(samplesOf);
    expect(read(2, 8)).to.deep.equal([at(3, 4, 5, 6, 7, 8)]);
    expect(read(4, 5)).to.deep.equal([at(5)]);
    expect(read(9, 20)).to.deep.equal([]);
    expect(read(0, 9)).to.deep.equal([at(1, 2, 3, 4, 5, 6, 7, 8, 9)]);
  });

  it('tells stale markers from every other NaN', () => {
    const nan = { timeMs: 2, bits: bitsOf(Number.NaN) };
    const stale = [1, 4].map((timeMs) => ({ timeMs, bits: STALE_BITS }));
    const [series] = decode([frameOf(UP, [stale[0] ?? nan, nan, sampleOf(3, 1), stale[1] ?? nan])]);
    expect(series && samplesOf(series)).to.deep.equal([nan, sampleOf(3, 1)]);
    expect(series && [...series.staleMs]).to.deep.equal([1, 4]);
  });

  it('gives a series of stale markers alone without samples', () => {
    const [series] = decode([frameOf(UP, [{ timeMs: 7, bits: STALE_BITS }])]);
    expect(series && samplesOf(series)).to.deep.equal([]);
    expect(series && [...series.staleMs]).to.deep.equal([7]);
  });

  it('merges chunks that overlap; of two samples at one time the first sent stays', () => {
    const late = [sampleOf(2, -2), sampleOf(3, -3), sampleOf(5, -5)];
    const [series] = decode([frameOf(UP, at(1, 3, 4), late), frameOf(UP, at(0, 6))]);
    expect(series && samplesOf(series)).to.deep.equal([
      ...at(0, 1),
      sampleOf(2, -2),
      ...at(3, 4),
      sampleOf(5, -5),
      ...at(6),
    ]);
  });

  it('refuses a series that comes in two places', () => {
    const answer = [frameOf(UP, at(1)), frameOf({}, at(1)), frameOf(UP, at(2))];
    expect(() => decode(answer)).to.throw(RemoteReadError, /"node":"a".* came in two places/);
  });

  it('gives back any samples, in any chunks and frames, split anywhere', () => {
    fc.assert(
      fc.property(
        anySamples({ minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 400 }),
        fc.boolean(),
        (samples, perChunk, pieceBytes, reversed) => {
          const chunks = Array.from({ length: Math.ceil(samples.length / perChunk) }, (_, i) =>
            samples.slice(i * perChunk, (i + 1) * perChunk),
          );
          const answer = Buffer.concat(
            (reversed ? chunks.reverse() : chunks).map((chunk) => frameOf(UP, chunk)),
          );
          const pieces = Array.from({ length: Math.ceil(answer.length / pieceBytes) }, (_, i) =>
            answer.subarray(i * pieceBytes, (i + 1) * pieceBytes),
          );
          const [series] = decode(pieces);
          expect(series && samplesOf(series)).to.deep.equal(fresh(samples));
          expect(series && [...series.staleMs]).to.deep.equal(staleTimes(samples));
        },
      ),
    );
  });

  it('gives the samples or refuses them when bytes of the answer are changed, added or lost', () => {
    fc.assert(
      fc.property(
        anySamples({ minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat(8),
        (samples, place, inserted, lost) => {
          const answer = frameOf(UP, samples);
          const from = place % answer.length;
          const mutated = Buffer.concat([answer.subarray(0, from), inserted, answer.subarray(from + lost)]);
          const outcome = decodeOrRefuse([mutated]);
          if (outcome instanceof RemoteReadError) return;
          expect(
            mutated.length === 0 || outcome.flatMap(samplesOf).length === fresh(samples).length,
          ).to.equal(true);
          expect(outcome.flatMap(samplesOf)).to.deep.equal(mutated.length === 0 ? [] : fresh(samples));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('ends with series or a RemoteReadError when a server with a right checksum sends anything', () => {
    const mutations = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(anySamples({ minLength: 1, maxLength: 30 }), mutations, (samples, changes) => {
        const message = chunkedReadResponse(UP, [chunkOf(samples)]);
        for (const [place, byte] of changes) message[place % message.length] = byte;
        const outcome = decodeOrRefuse([frame(message)]);
        if (outcome instanceof RemoteReadError) expect(outcome.message).to.match(/^remote read: [^\n]+$/);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (message) => {
        decodeOrRefuse([frame(message)]);
      }),
      { numRuns: 1000 },
    );
  });
});
