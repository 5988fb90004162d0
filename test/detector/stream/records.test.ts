import { expect } from 'chai';
import fc from 'fast-check';
import { LineCutter } from '../../../common/stream/lines.ts';
import { parseLine } from '../../../detector/stream/records.ts';

const NOW = Date.UTC(2026, 10, 28);
const COLUMNS = ['cpu_busy_ratio', 'forks_per_second'];
const ROW = {
  timestamp: '2026-11-27T23:59:45.000Z',
  cluster: null,
  node: 'node-a',
  cpu_busy_ratio: 0.25,
  forks_per_second: null,
};
const parse = (record: unknown, entity: 'node' | 'pod' = 'node') =>
  parseLine(JSON.stringify(record), COLUMNS, entity, NOW);
const rowOf = (more: object, entity: 'node' | 'pod' = 'node') =>
  parse({ type: 'row', row: { ...ROW, ...more } }, entity);

describe('detector/stream: a line', () => {
  it('of a row is its values in the order of the model, whatever else it has', () => {
    const { record, id } = parse({
      type: 'row',
      id: '1764287985000:3',
      row: { ...ROW, label: 'x', other: {} },
    });
    expect(id).to.equal('1764287985000:3');
    expect(record).to.deep.equal({
      type: 'row',
      entity: { cluster: null, node: 'node-a' },
      timeMs: NOW - 15_000,
      values: Float64Array.of(0.25, Number.NaN),
    });
  });

  it('of a step, a gap or anything else is that', () => {
    expect(parse({ type: 'step', timestamp: ROW.timestamp }).record).to.deep.equal({
      type: 'step',
      timeMs: NOW - 15_000,
    });
    expect(parse({ type: 'gap', reason: 'no_samples' }).record).to.deep.equal({ type: 'gap' });
    for (const type of ['heartbeat', 'label', 'late', 'new', undefined])
      expect(parse({ type }).record).to.deep.equal({ type: 'other' });
  });

  for (const [what, more, reason] of [
    ['without a column of the model', { cpu_busy_ratio: undefined }, 'schema'],
    ['whose value is a text', { cpu_busy_ratio: '0.3' }, 'schema'],
    ['whose value is a list', { cpu_busy_ratio: [1] }, 'schema'],
    ['without a node', { node: undefined }, 'name'],
    ['whose node is empty', { node: '' }, 'name'],
    ['whose node has a million characters', { node: 'n'.repeat(1_000_000) }, 'name'],
    ['whose node has a line break', { node: 'a\nb' }, 'name'],
    ['whose node turns the reading direction', { node: 'a\u202eb' }, 'name'],
    ['whose cluster is a number', { cluster: 1 }, 'name'],
    ['of half a pod', { pod: 'web-0' }, 'name'],
    ['of a pod, to a model of nodes', { pod: 'web-0', namespace: 'shop' }, 'schema'],
    ['without a time', { timestamp: undefined }, 'time'],
    ['of a local time', { timestamp: '2026-11-27 23:59:45' }, 'time'],
    ['of tomorrow', { timestamp: '2026-11-29T00:00:00Z' }, 'time'],
  ] as const)
    it(`of a row ${what} is refused in one short line`, () => {
      const { record } = rowOf(more);
      expect(record.type).to.equal('refused');
      if (record.type !== 'refused') return;
      expect(record.reason).to.equal(reason);
      expect(record.message).not.to.include('\n');
      expect(record.message.length).to.be.lessThan(200);
    });

  it('of a node, to a model of pods, is refused', () => {
    expect(rowOf({}, 'pod').record).to.include({ type: 'refused', reason: 'schema' });
    expect(rowOf({ pod: 'web-0', namespace: 'shop' }, 'pod').record).to.include({ type: 'row' });
  });

  it('does not take inherited names for columns', () => {
    const { record } = parseLine(JSON.stringify({ type: 'row', row: ROW }), ['toString'], 'node', NOW);
    expect(record).to.include({ type: 'refused', reason: 'schema' });
  });

  it('gives a position only where it can be sent back in a header', () => {
    for (const id of ['a\r\nX: y', 'x'.repeat(101), 7, '', 'é'])
      expect(parse({ type: 'step', id, timestamp: ROW.timestamp }).id).to.equal(undefined);
  });

  it('of anything at all throws nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((row) => JSON.stringify({ type: 'row', row })),
        ),
        (text) => {
          const { record } = parseLine(text, COLUMNS, 'node', NOW);
          if (record.type === 'refused') expect(record.message.length).to.be.lessThan(200);
        },
      ),
    );
  });
});

describe('detector/stream: lines', () => {
  it('are the same however the bytes are cut', () => {
    const texts = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\n', ' ')),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const cutter = new LineCutter(1_000);
        const found = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] as number;
          found.push(...cutter.cut(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(found).to.deep.equal(lines.map((text) => ({ text })));
      }),
    );
  });

  it('that are too long are told of and held nowhere; the next is whole', () => {
    const cutter = new LineCutter(10);
    expect(cutter.cut(Buffer.from('0123456789'))).to.deep.equal([]);
    expect(cutter.cut(Buffer.from('0123456789'.repeat(1_000)))).to.deep.equal([]);
    expect(cutter.cut(Buffer.from('\nnext\nlast'))).to.deep.equal(['too long', { text: 'next' }]);
    expect(cutter.rest()).to.deep.equal({ text: 'last' });
    expect(new LineCutter(10).rest()).to.equal(undefined);
  });
});
