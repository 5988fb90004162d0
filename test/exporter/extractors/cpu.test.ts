import { expect } from 'chai';
import fc from 'fast-check';
import { CPU_MODES } from '../../../exporter/catalogue/cpu.ts';
import { cpu } from '../../../exporter/extractors/cpu.ts';
import { CpuClock } from '../../../exporter/host/cpu-clock.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

type Cpus = Readonly<Record<number, { idle: number; user?: number }>>;

function stat(cpus: Cpus): string {
  return Object.entries(cpus)
    .map(([number, { idle, user = 0 }]) => `cpu${number} ${user} 0 0 ${idle} 0 0 0 0 0 0\n`)
    .join('');
}

/** Seconds of idle after each of several scrapes. */
async function idleSeconds(...moments: Cpus[]): Promise<number[]> {
  const clock = new CpuClock();
  const seconds: number[] = [];
  for (const moment of moments) {
    const host = memoryHost({ files: { 'proc/stat': stat(moment) } });
    const { samples } = await extractOnce(cpu, host, clock);
    seconds.push(samples.find(({ labels }) => labels['mode'] === 'idle')?.value ?? Number.NaN);
  }
  return seconds;
}

describe('cpu', () => {
  it('sums the CPUs, in seconds', async () => {
    const host = memoryHost({ files: { 'proc/stat': stat({ 0: { idle: 150, user: 1 }, 1: { idle: 50 } }) } });
    const { samples, errors } = await extractOnce(cpu, host);
    expect(seriesLines(samples)).to.include.members([
      'kubevigil_cpu_seconds_total{mode="idle"} 2',
      'kubevigil_cpu_seconds_total{mode="user"} 0.01',
    ]);
    expect(errors).to.deep.equal([]);
  });

  it('shows nothing rather than a sum without one of its CPUs', async () => {
    const text = `${stat({ 0: { idle: 150 } })}cpu1 1 2 3\n`;
    const { samples, errors } = await extractOnce(cpu, memoryHost({ files: { 'proc/stat': text } }));
    expect(samples).to.deep.equal([]);
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'proc/stat: expected eight numbers after cpuN, found "cpu1 1 2 3"',
    ]);
  });

  it('holds a small step back until the counter has passed it', async () => {
    const idle = await idleSeconds({ 0: { idle: 1000 } }, { 0: { idle: 800 } }, { 0: { idle: 1100 } });
    expect(idle).to.deep.equal([10, 10, 11]);
  });

  it('goes on from where it was when a counter begins anew', async () => {
    const idle = await idleSeconds({ 0: { idle: 100_000 } }, { 0: { idle: 100 } }, { 0: { idle: 300 } });
    expect(idle).to.deep.equal([1000, 1001, 1003]);
  });

  it('keeps what a CPU had when it goes offline, and goes on when it is back', async () => {
    const both = { 0: { idle: 1000 }, 1: { idle: 5000 } };
    const idle = await idleSeconds(both, { 0: { idle: 1100 } }, { 0: { idle: 1200 }, 1: { idle: 5100 } });
    expect(idle).to.deep.equal([60, 61, 63]);
  });

  it('goes on after a restart of the agent with what an unplugged CPU counted, which the kernel keeps', async () => {
    const [all, two, one] = [
      'cpu  70 0 0 6000 0 0 0 0 0 0\n',
      stat({ 0: { idle: 1000 }, 1: { idle: 5000 } }),
      stat({ 0: { idle: 1100 } }),
    ];
    const idleOf = async (text: string, clock: CpuClock) => {
      const { samples } = await extractOnce(cpu, memoryHost({ files: { 'proc/stat': text } }), clock);
      return samples.find(({ labels }) => labels['mode'] === 'idle')?.value;
    };
    const clock = new CpuClock();
    expect(await idleOf(all + two, clock)).to.equal(60);
    const unplugged = all.replace('6000', '6100') + one;
    expect(await idleOf(unplugged, clock)).to.equal(61);
    expect(await idleOf(unplugged, new CpuClock())).to.equal(61);
  });

  it('takes the CPUs’ own lines where all are online: the first line is cut off elsewhere', async () => {
    const text = `cpu  2 0 0 151 0 0 0 0 0 0\n${stat({ 0: { idle: 75, user: 1 }, 1: { idle: 75 } })}`;
    const { samples } = await extractOnce(cpu, memoryHost({ files: { 'proc/stat': text } }));
    expect(seriesLines(samples)).to.include('kubevigil_cpu_seconds_total{mode="idle"} 1.5');
  });

  it('counts a CPU that is plugged in', async () => {
    expect(await idleSeconds({ 0: { idle: 100 } }, { 0: { idle: 100 }, 1: { idle: 200 } })).to.deep.equal([
      1, 3,
    ]);
  });

  it('never falls, whatever the kernel says', () => {
    const ticks = fc.record(
      Object.fromEntries(CPU_MODES.map((mode) => [mode, fc.nat(1000)])) as Record<
        (typeof CPU_MODES)[number],
        fc.Arbitrary<number>
      >,
    );
    const moments = fc.array(fc.array(fc.tuple(fc.nat(3), ticks), { maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(moments, (history) => {
        const clock = new CpuClock();
        let before = clock.advance(new Map());
        for (const moment of history) {
          const now = clock.advance(new Map(moment));
          for (const mode of CPU_MODES) expect(now[mode]).to.be.at.least(before[mode]);
          before = now;
        }
      }),
    );
  });
});
