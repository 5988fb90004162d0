import { expect } from 'chai';
import fc from 'fast-check';
import { Repetitions, writerOf } from '../../../exporter/logs/repetitions.ts';

const OLD = 'Mar 29 12:00:01 n';
const NEW = '2026-03-29T12:00:00.123456+00:00 n';
const FAILED = 'Failed password for root from 192.0.2.1 port 5 ssh2';

const expandAll = (lines: readonly string[]) => {
  const repetitions = new Repetitions();
  return lines.flatMap((line) => repetitions.expand(line) ?? []).map(({ text, times }) => [text, times]);
};

describe('repeated log lines', () => {
  for (const header of [OLD, NEW, 'Mar  9 12:00:01 node-1.example', '2026-03-29T12:00:00Z n']) {
    it(`are what rsyslog says that they are: ${header}`, () => {
      expect(expandAll([`${header} sshd[7]: message repeated 5 times: [ ${FAILED}]`])).to.deep.equal([
        [`${header} sshd[7]: ${FAILED}`, 5],
      ]);
    });
  }

  it('are the line before where only their number is told', () => {
    for (const again of [
      `${OLD} last message repeated 3 times`,
      `${NEW} last message repeated 3 times`,
      `${OLD} syslogd: last message repeated 3 times`,
      `${OLD} --- last message repeated 3 times ---`,
      `${OLD} Last message 'Failed password for ' repeated 3 times, suppressed by syslog-ng on n`,
      `${OLD} sshd[7]: Last message 'Failed password for ' repeated 3 times, suppressed by syslog-ng on n`,
    ]) {
      const line = `${OLD} sshd[7]: ${FAILED}`;
      expect(expandAll([again, 'x', line, again, again]), again).to.deep.equal([
        ['x', 1],
        [line, 1],
        [line, 3],
        [line, 3],
      ]);
    }
  });

  it('refer to what was repeated before as well, and to nothing that was not read', () => {
    const again = `${OLD} last message repeated 2 times`;
    expect(expandAll([again, `${OLD} a: message repeated 4 times: [ b]`, again])).to.deep.equal([
      [`${OLD} a: b`, 4],
      [`${OLD} a: b`, 2],
    ]);
    const others = `${OLD} Last message 'something else' repeated 2 times, suppressed by syslog-ng on n`;
    expect(expandAll(['line', others])).to.deep.equal([['line', 1]]);
  });

  it('cannot be made by what somebody else writes into a line', () => {
    for (const line of [
      `${OLD} sshd[7]: Failed password for invalid user x: message repeated 9999 times: [ y] from ::1 port 1`,
      `${OLD} sshd[7]: Invalid user last message repeated 9999 times`,
      `${OLD} app: last message repeated 9999 times`,
      'sshd[7]: message repeated 9999 times: [ y]',
      'last message repeated 9999 times',
      `${OLD} a[1]: x Last message 'x' repeated 99 times, suppressed by syslog-ng on n and more`,
    ]) {
      expect(expandAll(['z', line])).to.deep.equal([
        ['z', 1],
        [line, 1],
      ]);
    }
  });

  it('are counted as often as they were written, however a daemon shortened them', () => {
    const messages = fc.array(
      fc.tuple(fc.constantFrom('a', 'b failed', ' c: [x]', 'd]'), fc.integer({ min: 1, max: 50 })),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    const forms = fc.infiniteStream(fc.constantFrom('rsyslog', 'bsd', 'syslog-ng', 'none'));
    fc.assert(
      fc.property(messages, forms, (runs, form) => {
        const wanted = new Map<string, number>();
        const lines = runs.flatMap(([message, times]) => {
          const line = `${OLD} app[1]: ${message}`;
          wanted.set(line, (wanted.get(line) ?? 0) + times);
          const how = form.next().value;
          if (times === 1 || how === 'none') return Array.from({ length: times }, () => line);
          if (how === 'rsyslog')
            return [line, `${OLD} app[1]: message repeated ${times - 1} times: [ ${message}]`];
          if (how === 'bsd') return [line, `${OLD} last message repeated ${times - 1} times`];
          const shown = message.slice(0, 20);
          return [
            line,
            `${OLD} Last message '${shown}' repeated ${times - 1} times, suppressed by syslog-ng on n`,
          ];
        });
        const found = new Map<string, number>();
        for (const [text, times] of expandAll(lines)) {
          found.set(String(text), (found.get(String(text)) ?? 0) + Number(times));
        }
        expect(found).to.deep.equal(wanted);
      }),
    );
  });

  it('take time in proportion to the line, and a number that can be added, whatever is written', () => {
    const [huge] = expandAll([`${OLD} a: message repeated ${'9'.repeat(400)} times: [ b]`]);
    expect(huge).to.deep.equal([`${OLD} a: b`, Number.MAX_SAFE_INTEGER]);
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            OLD,
            ' ',
            'a',
            ': ',
            '[',
            ']',
            'message repeated ',
            ' times: [ ',
            '9',
            "Last message '",
          ),
          {
            maxLength: 2_000,
          },
        ),
        (parts) => {
          for (const [, times] of expandAll(['z', parts.join('')])) {
            expect(Number.isSafeInteger(times)).to.equal(true);
          }
        },
      ),
    );
  });

  it('tell who wrote a line', () => {
    expect([`${OLD} sshd[7]: x`, `${NEW} sudo: x`, 'sshd[7]: x', ''].map(writerOf)).to.deep.equal([
      'sshd[7]',
      'sudo',
      '',
      '',
    ]);
  });
});
