import { CPU_MODES } from '../catalogue/cpu.ts';
import type { CpuTicks } from '../parsers/stat.ts';

/**
 * A step back of up to three seconds is noise of the kernel's idle accounting, as node_exporter has it; a longer
 * one is a counter that began anew: a CPU that was unplugged, a suspended machine.
 */
const NOISE_TICKS = 300;

/**
 * The counters of all CPUs as one: what each CPU has shown, carried over whatever happens to that CPU.
 *
 * It begins with what the kernel counts for all CPUs, where that is not what the CPUs that are online have: the kernel keeps the share of
 * one that was unplugged, so that a restart of the agent does not lose it, which would be read as a reset.
 */
export class CpuClock {
  private readonly highest = new Map<number, CpuTicks>();
  private readonly carried = new Map<keyof CpuTicks, number>();
  private began = false;

  /**
   * Takes the CPUs' counters of this moment and returns their sums, which never go down.
   *
   * A sum that fell would be read as a restart of the whole node, and its remainder as an increase. So a small
   * step back is held at the highest value seen, a CPU that goes offline keeps its share, and one whose counter
   * begins anew adds to what it had.
   *
   * @param all what the kernel counts for all CPUs, offline ones included
   */
  advance(cpus: ReadonlyMap<number, CpuTicks>, all?: CpuTicks): CpuTicks {
    if (!this.began && all !== undefined) this.beginWith(cpus, all);
    this.began = true;
    for (const [cpu, now] of cpus) this.highest.set(cpu, this.merge(this.highest.get(cpu) ?? now, now));
    const sums = CPU_MODES.map((mode) => {
      let ticks = this.carried.get(mode) ?? 0;
      for (const cpu of this.highest.values()) ticks += cpu[mode];
      return [mode, ticks];
    });
    return Object.fromEntries(sums) as CpuTicks;
  }

  private beginWith(cpus: ReadonlyMap<number, CpuTicks>, all: CpuTicks): void {
    for (const mode of CPU_MODES) {
      let online = 0;
      for (const cpu of cpus.values()) online += cpu[mode];
      // Each line is cut off at whole ticks.
      if (Math.abs(all[mode] - online) > cpus.size) this.carried.set(mode, all[mode] - online);
    }
  }

  private merge(before: CpuTicks, now: CpuTicks): CpuTicks {
    const merged = CPU_MODES.map((mode) => {
      if (now[mode] >= before[mode]) return [mode, now[mode]];
      if (before[mode] - now[mode] <= NOISE_TICKS) return [mode, before[mode]];
      this.carried.set(mode, (this.carried.get(mode) ?? 0) + before[mode]);
      return [mode, now[mode]];
    });
    return Object.fromEntries(merged) as CpuTicks;
  }
}
