import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BuilderError } from '../../common/errors.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { RowLabel, Split } from '../../dataset/model/rows.ts';
import type { ModelFile } from '../../detector/candidate/schema.ts';
import type { Evaluation } from '../../detector/evaluation/result.ts';
import { readerOf } from '../../learning/foreign/read.ts';
import { freePort } from '../../tools/programs/ports.ts';
import { runProgram } from '../builder/support/cli.ts';
import { bytesOf } from '../builder/support/folders.ts';
import { makeDataset } from '../builder/support/made-dataset.ts';
import { s3ForTests } from '../builder/support/s3.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { syntheticDataset } from './support/synthetic.ts';

const DETECTOR = join(ROOT, 'dist', 'detector', 'main.js');
const place = (name: string) => `s3://datasets/${name}`;

/** The synthetic dataset, or the first rows of it, in files as the builder writes them. */
async function writeDataset(folder: string, rows: number): Promise<void> {
  const { columns, series } = syntheticDataset();
  const features = columns.map(({ name }) => name);
  await makeDataset(folder, {
    features,
    nodes: series.map(({ entity: { node }, facts, values }) => ({
      node,
      rows: facts.slice(0, rows).map(({ split, label, episode, role, phase }, row) => ({
        split: split as Split,
        ...{ label, episode, role, phase: phase as RowLabel['phase'], anomaly: label === 'normal' ? 0 : 1 },
        values: Object.fromEntries(
          features.flatMap((name, i) => {
            const value = values[i]?.[row] as number;
            return Number.isNaN(value) ? [] : [[name, value]];
          }),
        ),
      })),
    })),
  });
}

describe('kubevigil-detector on a dataset in a bucket', function () {
  this.timeout(600_000);
  const newFolder = temporaryFolder();
  const s3 = s3ForTests();
  let folder: string;

  const detector = (args: readonly string[]) =>
    runProgram(process.execPath, [DETECTOR, ...args, '--log.level', 'warn']);

  before(async () => {
    folder = newFolder();
    await writeDataset(join(folder, 'made'), 600);
    await writeDataset(join(folder, 'other'), 200);
  });

  beforeEach(() => {
    for (const name of ['made', 'other'])
      for (const [path, text] of Object.entries(bytesOf(join(folder, name)))) {
        const bytes = Buffer.from(text, 'latin1');
        s3().objects.set(`${name}/${path}`, { bytes, etag: `"${path}"`, modifiedMs: 0 });
      }
  });

  afterEach(() => {
    s3().disturb = undefined;
    s3().objects.clear();
  });

  it('trains on it, and evaluates by another', async () => {
    const models = join(folder, 'models');
    expect(await detector(['train', place('made'), '--output', models])).to.include({ code: 0, stderr: '' });
    const [model = ''] = readdirSync(models);
    const json = <T>(...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8')) as T;
    const { datasets } = json<ModelFile>(models, model, 'model.json');
    const { rows, rowsDigest } = json<Manifest>(folder, 'made', 'manifest.json');
    expect(datasets).to.deep.include({ ...datasets[0], rows, rowsDigest });
    const judged = await detector(['evaluate', models, place('other'), '--seeds', '1']);
    expect(judged).to.include({ code: 0, stderr: '' });
    const evaluation = json<Evaluation>(models, model, 'evaluation', 'eval.json');
    expect(evaluation.datasets).to.deep.equal([
      {
        rowsDigest: json<Manifest>(folder, 'other', 'manifest.json').rowsDigest,
        trainedWith: false,
        heldOutRows: 600,
      },
    ]);
  });

  it('says in one line what it cannot read, and what to do', async () => {
    const read = readerOf(undefined);
    const refused = async (wanted: string, from = place('made'), exitCode = 2) => {
      const error = await read(from).then(
        () => ({ message: 'read', exitCode: 0 }),
        ({ message, exitCode: code }: BuilderError) => ({ message, exitCode: code }),
      );
      expect(error).to.deep.equal({ message: wanted, exitCode });
    };
    const withVariable = async (name: string, value: string, act: () => Promise<void>) => {
      const { [name]: before } = process.env;
      process.env[name] = value;
      try {
        await act();
      } finally {
        process.env[name] = before;
      }
    };
    const nothing = 's3://datasets/nothing holds no dataset: make one with kubevigil-builder build';
    const output = join(folder, 'none');
    expect(await detector(['train', place('nothing'), '--output', output])).to.deep.equal({
      ...{ code: 2, stdout: '', stderr: `kubevigil-detector: ${nothing}\n` },
    });
    expect(readdirSync(output)).to.deep.equal([]);
    await refused(nothing, place('nothing'));
    await refused(
      's3://nobody/made/manifest.json: there is no bucket nobody: make it, or say another',
      's3://nobody/made',
    );
    await refused('s3:// is no address: write it like s3://bucket/prefix', 's3://');
    await withVariable('AWS_ENDPOINT_URL', `http://127.0.0.1:${await freePort()}`, () =>
      refused(
        's3://datasets/made/manifest.json: nothing answers (ECONNREFUSED): see AWS_ENDPOINT_URL, or s3.endpoint in the config',
      ),
    );
    await withVariable('AWS_SECRET_ACCESS_KEY', 'another', () =>
      refused(
        's3://datasets/made/manifest.json: the store refuses us (403 SignatureDoesNotMatch): see which keys are set, and what they allow',
      ),
    );
    const [data = ''] = [...s3().objects.keys()].filter((key) => key.startsWith('made/data/'));
    const there = s3().objects.get(data);
    if (there !== undefined) there.bytes[100] = (there.bytes[100] ?? 0) ^ 1;
    const name = `s3://datasets/${data}`;
    await refused(
      `${name} is not the file that the manifest names: see kubevigil-builder verify`,
      place('made'),
      1,
    );
    s3().objects.delete(data);
    await refused(`${name} is missing`, place('made'), 1);
  });
});
