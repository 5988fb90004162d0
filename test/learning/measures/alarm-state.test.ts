import { expect } from 'chai';
import fc from 'fast-check';
import { AlarmState } from '../../../learning/measures/alarm-state.ts';

const states = (above: readonly boolean[]) => {
  const state = new AlarmState();
  return above.map((own) => state.next(own));
};
const drawn = (text: string) => [...text].map((sign) => sign === '#');
const shown = (own: readonly boolean[]) => own.map((on) => (on ? '#' : '.')).join('');

describe('detector/alarms: an alarm', () => {
  for (const [rows, alarm] of [
    ['.#..', '....'],
    ['.##.', '..##'],
    ['#.#.', '..##'],
    ['##...#', '.###..'],
    ['##.#..#.', '.#######'],
    ['#..#..#', '.......'],
  ] as const)
    it(`of ${rows} is ${alarm}`, () => {
      expect(shown(states(drawn(rows)))).to.equal(alarm);
    });

  it('is on only after two of three rows, and off only after three rows below', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (rows) => {
        const own = states(rows);
        own.forEach((on, i) => {
          const above = rows.slice(Math.max(0, i - 2), i + 1).filter(Boolean).length;
          const before = own[i - 1] ?? false;
          expect(on).to.equal(above >= 2 || (before && above > 0));
        });
      }),
    );
  });
});
