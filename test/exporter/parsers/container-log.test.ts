import { expect } from 'chai';
import fc from 'fast-check';
import { type ContainerLogLine, parseContainerLog } from '../../../exporter/parsers/container-log.ts';
import { anyCharacter } from '../../support/any-character.ts';

const TIME = '2026-11-23T14:00:00.123456789Z';

const CASES: readonly (readonly [string, ContainerLogLine | undefined])[] = [
  [`${TIME} stdout F login failed`, { stream: 'stdout', text: 'login failed', time: TIME, partial: false }],
  [`${TIME} stderr P first part`, { stream: 'stderr', text: 'first part', time: TIME, partial: true }],
  [`${TIME} stdout F `, { stream: 'stdout', text: '', time: TIME, partial: false }],
  [
    '2026-11-23T14:00:00.1+02:00 stdout P:TAG x',
    { stream: 'stdout', text: 'x', time: '2026-11-23T14:00:00.1+02:00', partial: true },
  ],
  [
    `${TIME} stdout F ${TIME} stderr F forged`,
    { stream: 'stdout', text: `${TIME} stderr F forged`, time: TIME, partial: false },
  ],
  [`${TIME} stdout F a\u2028b\r`, { stream: 'stdout', text: 'a\u2028b\r', time: TIME, partial: false }],
  [`${TIME} stdin F x`, undefined],
  ['no log line', undefined],
  ['', undefined],
  [
    `{"log":"login failed\\n","stream":"stdout","time":"${TIME}"}`,
    { stream: 'stdout', text: 'login failed', time: TIME, partial: false },
  ],
  [
    `{"log":"part","stream":"stderr","time":"${TIME}"}`,
    { stream: 'stderr', text: 'part', time: TIME, partial: true },
  ],
  [
    '{"log":"{\\"log\\":\\"x\\",\\"stream\\":\\"stderr\\"}\\n","stream":"stdout"}',
    { stream: 'stdout', text: '{"log":"x","stream":"stderr"}', time: '', partial: false },
  ],
  ['{"log":"cut off', undefined],
  ['{"log":1,"stream":"stdout"}', undefined],
  ['{"stream":"stdout"}', undefined],
];

describe('parseContainerLog', () => {
  for (const [line, expected] of CASES) {
    it(JSON.stringify(line.slice(0, 70)), () => expect(parseContainerLog(line)).to.deep.equal(expected));
  }

  it('takes or leaves whatever a container writes, without fail', () => {
    const edit = fc.record({
      at: fc.nat(120),
      cut: fc.nat(8),
      put: fc.string({ unit: anyCharacter, maxLength: 8 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...CASES.map(([line]) => line)),
        fc.array(edit, { maxLength: 3 }),
        (line, edits) => {
          const text = edits.reduce((t, { at, cut, put }) => t.slice(0, at) + put + t.slice(at + cut), line);
          const parsed = parseContainerLog(text);
          if (parsed !== undefined) expect(parsed.text.length).to.be.at.most(text.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
