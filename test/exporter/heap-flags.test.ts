import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/paths.ts';

const MIB = 1024 ** 2;

/** How large the young generation is after work that makes V8 want a larger one. */
function youngBytesAfterWork(...imports: string[]): number {
  const work = `
    const kept = [];
    for (let i = 0; i < 2e6; i++) kept[i % 1e5] = { i };
    const { getHeapSpaceStatistics } = await import('node:v8');
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;
  const script = [...imports.map((path) => `import ${JSON.stringify(path)};`), work].join('\n');
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }),
  );
}

describe('heap flags', () => {
  it('keep the young generation small, which Node.js would let grow', () => {
    expect(youngBytesAfterWork()).to.be.greaterThan(16 * MIB);
    expect(youngBytesAfterWork(join(ROOT, 'dist', 'exporter', 'heap-flags.js'))).to.be.at.most(8 * MIB);
  });

  it('are set before anything else of the exporter is loaded', () => {
    const main = readFileSync(join(ROOT, 'exporter', 'main.ts'), 'utf8');
    expect(main.match(/^import .*$/gm)).to.deep.equal(["import './heap-flags.ts';"]);
    expect(main).to.contain("\nawait import('./command.ts');\n");
  });
});
