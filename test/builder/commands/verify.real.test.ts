import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { verify } from '../../../builder/commands/verify.ts';
import { BuilderError } from '../../../common/errors.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder, builderProgram } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';

const FORMATS = ['parquet', 'csv'] as const;

describe('builder verify', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  let copies = 0;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(3));
    writeFileSync(join(folder, 'dataset.yaml'), 'scrapeInterval: 15s\n');
    const seconds = [FLEET_START_MS, FLEET_END_MS].map((ms) => String(ms / 1000)) as [string, string];
    for (const format of FORMATS) {
      const { code } = await builder([
        'build',
        ...['--config', join(folder, 'dataset.yaml'), '--prometheus', prometheus.url],
        ...['--start', seconds[0], '--end', seconds[1]],
        ...['--format', format, '--output', join(folder, format)],
      ]);
      expect(code).to.equal(0);
    }
  });

  after(async () => {
    await prometheus?.stop();
  });

  function copyOf(format: string): string {
    const copy = join(folder, `copy-${++copies}`);
    cpSync(join(folder, format), copy, { recursive: true });
    return copy;
  }

  function editManifest(dataset: string, edit: (manifest: Manifest) => void): void {
    const manifest = manifestOf(dataset);
    edit(manifest);
    writeFileSync(join(dataset, 'manifest.json'), JSON.stringify(manifest, null, 2));
  }

  async function complaints(dataset: string): Promise<string> {
    try {
      const { differences } = await verify(localStorage(dataset));
      return differences.join('\n');
    } catch (error) {
      expect(error).to.be.instanceOf(BuilderError).with.property('exitCode', 1);
      return (error as BuilderError).message;
    }
  }

  function flip(path: string, at: number): void {
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  for (const format of FORMATS) {
    describe(format, () => {
      const file = `data/date=2026-03-29/part-0-test.${format}`;

      const damage: readonly (readonly [string, (dataset: string) => void, RegExp])[] = [
        [
          'a missing file',
          (dataset) => rmSync(join(dataset, file)),
          new RegExp(`^${file}: is missing$`, 'm'),
        ],
        [
          'a flipped byte',
          (dataset) => flip(join(dataset, file), 500),
          new RegExp(`^${file}: sha256 is `, 'm'),
        ],
        [
          'rows of another part than the name of their file tells',
          (dataset) =>
            editManifest(dataset, ({ files }) => {
              const own = files.find(({ path }) => path === file);
              if (own) own.path = file.replace('part-0-test', 'part-1-validation');
              renameSync(
                join(dataset, file),
                join(dataset, file.replace('part-0-test', 'part-1-validation')),
              );
            }),
          /^data\/date=2026-03-29\/part-1-validation\.\w+: \d+ rows are not of the part that its name tells$/m,
        ],
        [
          'a changed row count',
          (dataset) =>
            editManifest(dataset, ({ files }) => {
              const own = files.find(({ path }) => path === file);
              if (own) own.rows++;
            }),
          new RegExp(`^${file}: rows is (\\d+), the manifest says \\d+$`, 'm'),
        ],
        [
          'a file too many',
          (dataset) => {
            const extra = join(dataset, 'data/date=2026-03-30', `part-0-test.${format}`);
            mkdirSync(dirname(extra));
            copyFileSync(join(dataset, file), extra);
          },
          /^data\/date=2026-03-30\/part-0-test\.\w+: is not in the manifest$/m,
        ],
        [
          'a changed digest',
          (dataset) =>
            editManifest(dataset, (manifest) => {
              manifest.rowsDigest = manifest.rowsDigest.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
            }),
          /^manifest\.json: rowsDigest is /m,
        ],
        [
          'a changed null count',
          (dataset) =>
            editManifest(dataset, ({ columns }) => {
              const column = columns.find(({ name }) => name === 'forks_per_second');
              if (column) column.nulls = 0;
            }),
          /^manifest\.json: column forks_per_second: nulls is \d+, the manifest says 0$/m,
        ],
        [
          'a changed class balance',
          (dataset) =>
            editManifest(dataset, ({ classBalance }) => {
              classBalance['port_scan'] = 3;
            }),
          /^manifest\.json: classBalance\.port_scan is nothing, the manifest says 3$/m,
        ],
        [
          'a changed mean',
          (dataset) =>
            editManifest(dataset, ({ statistics }) => {
              const own = statistics['cpu_busy_ratio'];
              if (own) own.mean = 0;
            }),
          /^manifest\.json: statistics\.cpu_busy_ratio\.mean is 0\.\d+, the manifest says 0$/m,
        ],
        [
          'a forgotten gap',
          (dataset) => editManifest(dataset, ({ gaps }) => void gaps.pop()),
          /^manifest\.json: gaps is /m,
        ],
        [
          'a dataset card that says something else',
          (dataset) => writeFileSync(join(dataset, 'README.md'), '# Trust me\n'),
          /^README\.md: is not what the manifest makes of it$/m,
        ],
        [
          'a croissant.json that is gone',
          (dataset) => rmSync(join(dataset, 'croissant.json')),
          /^croissant\.json: is missing$/m,
        ],
        [
          'a manifest that is none',
          (dataset) => writeFileSync(join(dataset, 'manifest.json'), '{}'),
          /^.*manifest\.json: schemaVersion: /m,
        ],
      ];
      for (const [what, cause, message] of damage) {
        it(`finds ${what}`, async () => {
          const dataset = copyOf(format);
          cause(dataset);
          expect(await complaints(dataset)).to.match(message);
        });
      }

      it('finds nothing wrong with what build wrote', async () => {
        const { code, stdout, stderr } = await builder(['verify', join(folder, format)]);
        expect(stdout).to.match(/^ok: /);
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      });
    });
  }

  it('ends with 1 and names the file on standard error', async () => {
    const dataset = copyOf('parquet');
    const file = join(dataset, 'data/date=2026-03-28/part-0-train.parquet');
    const { length } = readFileSync(file);
    flip(file, length - 1);
    const { code, stdout, stderr } = await builderProgram(['verify', dataset]);
    expect(stderr).to.match(/^data\/date=2026-03-28\/part-0-train\.parquet: sha256 is /m);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
  });

  it('ends with 2 where there is no dataset', async () => {
    const { code, stderr } = await builder(['verify', join(folder, 'nowhere')]);
    expect(stderr).to.match(/^kubevigil-builder: .* holds no dataset: there is no manifest\.json\n$/);
    expect(code).to.equal(2);
  });
});
