import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXTRACTORS } from '../../exporter/extractors/index.ts';
import { startExporter } from '../support/exporter.ts';
import { ROOT } from '../support/paths.ts';

const names = EXTRACTORS.map(({ name }) => name);
const BITS = Math.ceil(Math.log2(names.length + 1));

/** The extractors that ran for the first page. */
async function running(args: readonly string[]): Promise<string[]> {
  const exporter = await startExporter(['--kubernetes=off', ...args]);
  try {
    const page = await (await fetch(`http://${exporter.address}/metrics`)).text();
    return [...page.matchAll(/^kubevigil_extractor_success\{extractor="(.*)"\}/gm)].map(
      ([, name = '']) => name,
    );
  } finally {
    await exporter.stop();
  }
}

describe('the flags of each extractor', () => {
  // No two extractors are off in the same starts, so that a flag that has no effect, or another's, is found.
  for (let bit = 0; bit < BITS; bit++) {
    it(`are obeyed, the later of two: start ${bit + 1} of ${BITS}`, async () => {
      const isOff = (i: number) => (((i + 1) >> bit) & 1) === 1;
      const flags = names.flatMap((name, i) => [
        `--no-extractor.${name}`,
        ...(isOff(i) ? [] : [`--extractor.${name}`]),
      ]);
      expect(await running(flags)).to.have.members(names.filter((_, i) => !isOff(i)));
    });
  }

  it('all programs make their flags by common/flags.ts, which alone reads names as they are written', () => {
    const folders = ['builder', 'common', 'exporter', 'scenarios', 'tools'];
    const files = folders.flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name)),
    );
    const makers = files.filter((file) => {
      const imports = [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(/^import \{(.*)\} from 'commander';/gm),
      ];
      return imports.some(([, what = '']) =>
        what.split(',').some((each) => /^ ?(Command|Option) ?$/.test(each)),
      );
    });
    expect(makers).to.deep.equal(['common/flags.ts']);
  });
});
