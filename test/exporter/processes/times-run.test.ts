import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { NOT_COUNTED, timesRun } from '../../../exporter/processes/times-run.ts';

const of = (text: string) => timesRun(Buffer.from(`${text}left over`), text.length);

describe('timesRun', () => {
  for (const [text, times] of [
    ['18215318 4090213 377\n', 377],
    ['0 0 1\n', 1],
    ['9007199254740993000 12 4294967295\n', 4_294_967_295],
    ['0 0 0\n', NOT_COUNTED],
    ['', NOT_COUNTED],
    ['377\n', NOT_COUNTED],
    ['1 2 x\n', NOT_COUNTED],
  ] as const) {
    it(`is ${times} of ${JSON.stringify(text)}`, () => expect(of(text)).to.equal(times));
  }

  it('is the third number, whatever stands in the buffer behind it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (cpu, wait, times) => {
        expect(of(`${cpu} ${wait} ${times}\n`)).to.equal(times);
      }),
    );
  });

  it('grows while this process runs', async () => {
    const now = () => of(readFileSync('/proc/self/schedstat', 'utf8'));
    const before = now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(now()).to.be.greaterThan(before);
  });
});
