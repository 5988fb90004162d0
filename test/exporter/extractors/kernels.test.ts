import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { expectGolden } from '../../support/golden.ts';
import { ROOT } from '../../support/paths.ts';

/** What these read has no kernel's shape. */
const NOT_OF_A_KERNEL: readonly string[] = [
  'connections',
  'container-oom',
  'execs',
  'files',
  'logs',
  'pods',
  'rules',
];

/** What every extractor makes of a kernel: its series, then what it says is not there. */
async function report(kernel: string): Promise<string> {
  const lines: string[] = [];
  for (const extractor of EXTRACTORS.filter(({ name }) => !NOT_OF_A_KERNEL.includes(name))) {
    const host = fixtureHost(kernel);
    const { samples, errors } = await extractOnce(extractor, host).catch((error) => ({
      samples: [],
      errors: [error],
    }));
    lines.push(`# ${extractor.name}`, ...seriesLines(samples));
    lines.push(...errors.map(({ code, message }) => `# ${code}: ${message.split(',')[0]}`));
  }
  return `${lines.join('\n')}\n`;
}

describe('extractors on recorded kernels', () => {
  for (const kernel of readdirSync(join(ROOT, 'test', 'fixtures', 'kernels'))) {
    it(kernel, async () => expectGolden(`kernels/${kernel}.txt`, await report(kernel)));
  }
});
