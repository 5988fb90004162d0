import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { MatrixScanError } from '../../../../../builder/prometheus/wire/json/errors.ts';
import { scanMatrix } from '../../../../../builder/prometheus/wire/json/scan-matrix.ts';
import { anyCharacter } from '../../../../support/any-character.ts';
import { inPieces, parse, scan, scanOrRefuse } from './support/scan.ts';

const WHOLE = Number.MAX_SAFE_INTEGER;

function answerOf(result: unknown, more: object = {}): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result }, ...more });
}

const ANSWER = answerOf(
  [
    {
      metric: { __name__: 'up', node: 'wörker "1"\n\\', empty: '', emoji: '\u{1f600}' },
      values: [
        [1700000000.123, '1.5'],
        [1700000015, '-0'],
        [1700000030.5, 'NaN'],
        [1700000045.05, '+Inf'],
        [1700000060, '-Inf'],
        [1700000075, '0.15722375293262303'],
        [1700000090, '1.7976931348623157e+308'],
        [1700000105, '5e-324'],
        [1700000120, '123456789012345'],
        [1700000135, '9007199254740993'],
        [1700000150, '0.000000000000001'],
      ],
    },
    { metric: {}, values: [[0, '0']] },
    { metric: { __name__: 'none' }, values: [] },
  ],
  { warnings: ['some "store" is away'], infos: ['PromQL info: x'] },
);

/** Texts that servers write for numbers: shortest decimals, exponents, specials. */
const anyValue = fc.oneof(
  fc
    .double()
    .map((value) => (value === Number.POSITIVE_INFINITY ? '+Inf' : String(value).replace('Infinity', 'Inf'))),
  fc.integer().map(String),
  fc.tuple(fc.integer(), fc.nat(99)).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.constantFrom('NaN', '+Inf', '-Inf', '-0', '1e+06'),
);
const anyTimes = fc
  .uniqueArray(fc.integer({ min: 0, max: 4e12 }), { maxLength: 40 })
  .map((times) => times.sort((a, b) => a - b));
const anySeries = fc
  .tuple(
    fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: anyCharacter })),
    anyTimes,
    fc.array(anyValue, { minLength: 40, maxLength: 40 }),
  )
  .map(([metric, times, values]) => ({
    metric,
    values: times.map((timeMs, i) => [timeMs / 1000, values[i]]),
  }));
const anyAnswer = fc
  .tuple(
    fc.array(anySeries, { maxLength: 4 }),
    fc.array(fc.string()),
    fc.option(fc.jsonValue()),
    fc.constantFrom(0, 1, '\t'),
  )
  .map(([result, warnings, stats, indent]) =>
    JSON.stringify(
      { stats, status: 'success', data: { stats, resultType: 'matrix', result }, warnings },
      null,
      indent,
    ),
  );

describe('builder/prometheus/wire/json', () => {
  it('reads what JSON.parse reads, split at every byte', async () => {
    const expected = parse(ANSWER);
    const bytes = Buffer.from(ANSWER);
    expect(await scan(inPieces(ANSWER, WHOLE))).to.deep.equal(expected);
    for (let at = 0; at <= bytes.length; at++) {
      const pieces = Readable.from([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(await scan(pieces), `split at ${at}`).to.deep.equal(expected);
    }
  });

  it('reads any answer as JSON.parse does, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(anyAnswer, fc.integer({ min: 1, max: 300 }), async (text, pieceBytes) => {
        expect(await scan(inPieces(text, pieceBytes))).to.deep.equal(parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses or reads as JSON.parse does what has been changed', async () => {
    const anyEdit = fc.tuple(
      fc.nat(),
      fc.nat(4),
      fc.string({ unit: fc.constantFrom(...'01.9e-+,:[]{}"\\ nN'), maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(
        anyEdit,
        fc.constantFrom(1, 30, WHOLE),
        async ([place, lost, inserted], pieceBytes) => {
          const from = place % ANSWER.length;
          // Half of a surrogate pair becomes what it becomes on the wire.
          const text = Buffer.from(ANSWER.slice(0, from) + inserted + ANSWER.slice(from + lost)).toString();
          const read = await scanOrRefuse(inPieces(text, pieceBytes));
          if (read !== undefined) expect(read).to.deep.equal(parse(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('refuses an answer that is cut anywhere', async () => {
    const bytes = Buffer.from(ANSWER);
    for (let length = 0; length < bytes.length; length++) {
      const cut = Readable.from([bytes.subarray(0, length)]);
      expect(await scanOrRefuse(cut), `${length} bytes`).to.equal(undefined);
    }
  });

  const REFUSED = [
    { what: 'nothing', text: '', code: 'incomplete', message: /cut short$/ },
    {
      what: 'HTML',
      text: '<html>\n<body>',
      code: 'malformed',
      message: /\{ is missing before <html> <body>$/,
    },
    {
      what: 'an error',
      text: '{"status":"error","errorType":"execution","error":"too many\\nsamples"}',
      code: 'refused',
      message: /execution: too many samples$/,
    },
    { what: 'another status', text: '{}', code: 'malformed', message: /its status is null$/ },
    {
      what: 'a vector',
      text: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}',
      code: 'malformed',
      message: /without metric or values$/,
    },
    {
      what: 'native histograms',
      text: answerOf([{ metric: { a: 'b' }, histograms: [[1, {}]] }]),
      code: 'unsupported',
      message: /\{"a":"b"\} holds native histograms$/,
    },
    {
      what: 'a label that is no text',
      text: answerOf([{ metric: { a: 1 } }]),
      code: 'malformed',
      message: /metric/,
    },
    {
      what: 'a matrix without result',
      text: answerOf(undefined),
      code: 'malformed',
      message: /without result$/,
    },
    {
      what: 'another result type',
      text: answerOf([]).replace('matrix', 'vector'),
      code: 'malformed',
      message: /of type vector$/,
    },
    {
      what: 'a key that comes twice',
      text: answerOf([{ metric: {}, values: [], value: [] }]).replace('"value"', '"values"'),
      code: 'malformed',
      message: /the key values$/,
    },
    {
      what: 'a series without values',
      text: answerOf([{ metric: {} }]),
      code: 'malformed',
      message: /without metric or values$/,
    },
    {
      what: 'a series without labels',
      text: answerOf([{ values: [] }]),
      code: 'malformed',
      message: /without metric or values$/,
    },
    { what: 'text behind it', text: `${ANSWER}\n{}`, code: 'malformed', message: /after its end$/ },
    {
      what: 'a value of over 1 MiB',
      text: answerOf([], { stats: 'x'.repeat(2 ** 21) }),
      code: 'malformed',
      message: /over 1048576 bytes/,
    },
    ...[[1, '0x10'], [1, ''], [1, 'Infinity'], [1, 2], ['1', '2'], [1], [1, '2', 3], {}, null].map(
      (pair) => ({
        what: `the sample ${JSON.stringify(pair)}`,
        text: answerOf([{ metric: {}, values: [pair, ...Array.from({ length: 20 }, () => [9, '9'])] }]),
        code: 'malformed',
        message: /the (sample|value)/,
      }),
    ),
    ...['01', '1.', '.5', '1.e3', '+1', '0x1'].map((seconds) => ({
      what: `the time ${seconds}`,
      text: answerOf([
        { metric: {}, values: [['T', '1'], ...Array.from({ length: 20 }, () => [9, '9'])] },
      ]).replace('"T"', seconds),
      code: 'malformed',
      message: /not the JSON of a matrix/,
    })),
  ];
  for (const { what, text, code, message } of REFUSED) {
    it(`refuses ${what}, as ${code}`, async () => {
      const outcome = await scan(inPieces(text, 65_536)).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(MatrixScanError).and.include({ code });
      expect((outcome as MatrixScanError).message).to.match(message);
    });
  }

  it('tells VictoriaMetrics’ partial answers as a warning', async () => {
    const { annotations } = await scan(inPieces(answerOf([], { isPartial: true }), WHOLE));
    expect(annotations.warnings).to.deep.equal(['the server says that its answer is partial']);
  });

  it('tells a stream that breaks off, with its cause', async () => {
    const broken = new Error('aborted');
    async function* pieces() {
      yield Buffer.from(ANSWER.slice(0, 100));
      throw broken;
    }
    const outcome = await scan(pieces()).catch((error: unknown) => error);
    expect(outcome).to.include({
      code: 'incomplete',
      message: 'query answer: it broke off: aborted',
      cause: broken,
    });
  });

  it('closes the stream when the caller has enough', async () => {
    const body = Readable.from(inPieces(ANSWER, 64));
    for await (const { labels } of scanMatrix(body, () => {})) {
      expect(labels['__name__']).to.equal('up');
      break;
    }
    expect(body.destroyed).to.equal(true);
  });
});
