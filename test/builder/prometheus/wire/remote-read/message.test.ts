import { expect } from 'chai';
import { RemoteReadError } from '../../../../../builder/prometheus/wire/remote-read/errors.ts';
import {
  parseChunkedReadResponse,
  parseLabels,
} from '../../../../../builder/prometheus/wire/remote-read/message.ts';
import {
  int64Field,
  lengthDelimitedField,
} from '../../../../../builder/prometheus/wire/remote-read/protobuf-writer.ts';
import { chunkedReadResponse } from './support/wire.ts';

const LABELS = { __name__: 'up', node: 'wörker "1"\n', empty: '' };
const DATA = Buffer.from('0000', 'hex');
const MESSAGE = chunkedReadResponse(LABELS, [{ data: DATA }, { data: DATA }]);

const parse = (message: Buffer) => parseChunkedReadResponse(message, message.length);

describe('builder/prometheus/wire/remote-read/message', () => {
  it('finds labels and chunks', () => {
    const [series, ...more] = parse(MESSAGE);
    expect(more).to.deep.equal([]);
    expect(parseLabels(MESSAGE, series?.labels ?? [])).to.deep.equal(LABELS);
    expect(series?.chunks.map(({ start, end }) => MESSAGE.subarray(start, end))).to.deep.equal([DATA, DATA]);
  });

  it('steps over fields of newer servers', () => {
    const fixed64 = Buffer.from('490102030405060708', 'hex');
    const fixed32 = Buffer.from('4d01020304', 'hex');
    const unknown = [int64Field(9, -1), lengthDelimitedField(10, Buffer.from('new')), fixed64, fixed32];
    expect(parse(Buffer.concat([...unknown, MESSAGE, ...unknown]))).to.have.length(1);
  });

  for (const [type, name] of [
    [0, 'unknown'],
    [2, 'histogram'],
    [3, 'float histogram'],
    [4, 'XOR2'],
    [77, '77'],
  ] as const) {
    it(`refuses a chunk in the encoding ${name}`, () => {
      const message = chunkedReadResponse(LABELS, [{ data: DATA }, { data: DATA, type }]);
      expect(() => parse(message))
        .to.throw(RemoteReadError, `in the encoding ${name}`)
        .with.property('code', 'unsupported-encoding');
    });
  }

  const REFUSED = [
    { what: 'a field longer than the message', message: '0a05 00', reason: /longer than itself/ },
    { what: 'a number that ends early', message: '10ff', reason: /inside a number/ },
    { what: 'a number of over 64 bits', message: `10${'ff'.repeat(10)}01`, reason: /64 bits/ },
    { what: 'a fixed field that ends early', message: '4901', reason: /inside a field/ },
    { what: 'a group', message: '0b', reason: /wire type 3/ },
    { what: 'the answer to another query', message: '1001', reason: /query 1/ },
  ];
  for (const { what, message, reason } of REFUSED) {
    it(`refuses ${what}`, () => {
      expect(() => parse(Buffer.from(message.replaceAll(' ', ''), 'hex')))
        .to.throw(RemoteReadError, reason)
        .with.property('code', 'corrupt');
    });
  }

  it('refuses a message that is cut anywhere but between fields', () => {
    for (let length = 1; length < MESSAGE.length; length++) {
      expect(() => parse(MESSAGE.subarray(0, length)), `${length} bytes`).to.throw(RemoteReadError);
    }
  });
});
