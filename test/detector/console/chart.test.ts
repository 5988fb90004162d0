import { expect } from 'chai';
import { chart } from '../../../detector/console/chart.ts';

const points = [10, 20, 30].map((timeMs) => ({ timeMs, value: 1 }));
const shadeOf = (startMs: number, endMs: number | undefined) =>
  /class="shade" x="([\d.]+)" width="([\d.]+)"/.exec(
    chart('score', points, { startMs, endMs, lastMs: 30 }).text,
  );

describe('the drawing of an alarm', () => {
  it('shades the alarm among the rows', () => {
    expect(shadeOf(20, 30)?.slice(1)).to.deep.equal(['320.0', '320.0']);
    expect(shadeOf(20, undefined)?.slice(1)).to.deep.equal(['320.0', '320.0']);
    expect(shadeOf(5, 20)?.slice(1)).to.deep.equal(['0.0', '320.0']);
  });

  it('shades nothing where the alarm was over before the first row', () => {
    expect(shadeOf(2, 5)).to.equal(null);
  });
});
