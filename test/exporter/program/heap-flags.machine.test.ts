import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { median } from '../../../common/statistics.ts';
import { ROOT } from '../../support/paths.ts';

const MIB = 1024 ** 2;

/** What a module prints that first imports these others. */
function evaluate(work: string, imports: readonly string[]): string {
  const script = [...imports.map((path) => `import ${JSON.stringify(path)};`), work].join('\n');
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  }).trim();
}

/**
 * How large the young generation is after work that makes V8 want a larger one: the median of some runs, as V8 makes it smaller
 * only when it happens to sweep the old one.
 */
function youngBytesAfterWork(...imports: string[]): number {
  const work = `
    const kept = [];
    for (let i = 0; i < 2e6; i++) kept[i % 1e5] = { i };
    const { getHeapSpaceStatistics } = await import('node:v8');
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;
  return median(Array.from({ length: 5 }, () => Number(evaluate(work, imports))));
}

describe('heap flags', () => {
  it('keep the young generation small, which Node.js would let grow', () => {
    expect(youngBytesAfterWork()).to.be.greaterThan(16 * MIB);
    expect(youngBytesAfterWork(join(ROOT, 'dist', 'exporter', 'program', 'heap-flags.js'))).to.be.at.most(
      8 * MIB,
    );
  });

  it('are known to this version of V8', () => {
    const flags = join(ROOT, 'dist', 'exporter', 'program', 'heap-flags.js');
    const { status, stderr } = spawnSync(process.execPath, [flags], { encoding: 'utf8' });
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
  });

  it('have what is called a few hundred times wait longer for its optimisation', () => {
    // Compiled in the call that asks for it: a thread of V8's would come to it when the machine lets it.
    const work = `
      import { setFlagsFromString } from 'node:v8';
      setFlagsFromString('--allow-natives-syntax');
      setFlagsFromString('--no-concurrent-recompilation');
      const f = new Function('n', 'let sum = 0; for (let i = 0; i < n; i++) sum += i % 7; return sum;');
      const status = new Function('f', 'return %GetOptimizationStatus(f)');
      const byTurboFan = 1 << 6;
      let calls = 0;
      for (; calls < 1000 && (status(f) & byTurboFan) === 0; calls++) {
        f(200);
        if (calls % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      console.log(calls);`;
    const flags = join(ROOT, 'dist', 'exporter', 'program', 'heap-flags.js');
    const callsUntilOptimised = (...imports: string[]) => Number(evaluate(work, imports));
    expect(callsUntilOptimised(flags)).to.be.greaterThan(1.5 * callsUntilOptimised());
  });

  it('are set before anything else of the exporter is loaded', () => {
    const main = readFileSync(join(ROOT, 'exporter', 'main.ts'), 'utf8');
    expect(main.match(/^import .*$/gm)).to.deep.equal(["import './program/heap-flags.ts';"]);
    expect(main).to.contain("await import('./program/command.ts');\n");
  });
});
