import { hash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { openDetector } from '../../../detector/candidate/detector.ts';
import { writeCandidate } from '../../../detector/candidate/write.ts';
import { type Trained, train } from '../../../detector/training/train.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { matrixOf } from '../support/matrices.ts';
import { syntheticDataset } from '../support/synthetic.ts';

interface Listed {
  path: string;
  bytes: number;
  sha256: string;
}

describe('a candidate', () => {
  const newFolder = temporaryFolder();
  let trained: Trained;
  let original: string;

  before(async () => {
    trained = await train([syntheticDataset()], 1, () => {});
    original = writeCandidate(newFolder(), trained.name, trained.contents);
  });

  /** A copy of the candidate, changed. */
  function changed(change: (folder: string) => void): string {
    const folder = join(newFolder(), 'copy');
    cpSync(original, folder, { recursive: true });
    change(folder);
    return folder;
  }

  /** Changes a file, and the manifest so that it names it as it is now. */
  function rewritten(file: string, change: (text: string) => string): string {
    return changed((folder) => {
      const text = change(readFileSync(join(folder, file), 'latin1'));
      writeFileSync(join(folder, file), text, 'latin1');
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: Listed[] };
      const entry = manifest.files.find(({ path }) => path === file);
      const bytes = readFileSync(join(folder, file));
      if (entry !== undefined)
        Object.assign(entry, { bytes: bytes.length, sha256: hash('sha256', bytes, 'hex') });
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    });
  }

  async function refusal(folder: string): Promise<{ code?: string; message: string; exitCode?: number }> {
    try {
      await (await openDetector(folder)).close();
    } catch (error) {
      return error as { code: string; message: string };
    }
    return { message: 'taken' };
  }

  async function expectRefused(folder: string, why: RegExp, code = 'model'): Promise<void> {
    const error = await refusal(folder);
    expect(error.message).to.match(why);
    expect(error.message).not.to.include('\n');
    expect(error.message.length).to.be.lessThan(600);
    expect(error.code).to.equal(code);
  }

  it('is taken as it was written, also by the folder that it alone is in', async () => {
    expect((await refusal(original)).message).to.equal('taken');
    expect((await refusal(dirname(original))).message).to.equal('taken');
    expect(readdirSync(dirname(original))).to.have.length(1);
  });

  it('is the same for the same data and seed, and written once', async () => {
    const again = await train([syntheticDataset()], 1, () => {});
    expect(writeCandidate(dirname(original), again.name, again.contents)).to.equal(original);
    const other = await train([syntheticDataset()], 2, () => {});
    expect(other.contents['classifier.onnx']).not.to.deep.equal(again.contents['classifier.onnx']);
  });

  it('scores attacks above 1, by the class that they are of, and quiet rows lower', async () => {
    const detector = await openDetector(original);
    try {
      const { golden, model } = detector.candidate;
      const rows = golden.map(({ features }) => features.map((value) => value ?? Number.NaN));
      const windows = matrixOf(golden.map(({ window }) => window));
      const scored = await detector.score({ features: matrixOf(rows), windows });
      golden.forEach(({ label }, row) => {
        const { score, probabilities } = scored.at(row);
        if (label !== 'normal') expect(score, label).to.be.greaterThan(1);
        else expect(score).to.be.lessThan(1.2);
        expect(probabilities.indexOf(Math.max(...probabilities))).to.equal(model.classes.indexOf(label));
        expect(probabilities).to.have.length(model.classes.length + 1);
      });
    } finally {
      await detector.close();
    }
  });

  it('leaves out columns that never move, and says what it is', () => {
    const model = JSON.parse(readFileSync(join(original, 'model.json'), 'utf8')) as Record<string, unknown>;
    expect(model['constantColumns']).to.deep.equal(['never_moves']);
    expect(model['classes']).to.deep.equal(['normal', 'cpu_burn', 'implant']);
    expect(model['rules']).to.deep.equal(['suspicious_execs_per_second']);
    const card = readFileSync(join(original, 'MODEL_CARD.md'), 'utf8');
    for (const said of ['never_moves', '| `implant` | ', 'Limits']) expect(card).to.include(said);
  });

  for (const file of ['manifest.json', 'model.json', 'classifier.onnx', 'calibration.json', 'MODEL_CARD.md'])
    it(`is refused when ${file} is cut short, missing, a link or a folder`, async () => {
      const path = (folder: string) => join(folder, file);
      const isManifest = file === 'manifest.json';
      await expectRefused(
        changed((folder) => truncateSync(path(folder), 40)),
        isManifest ? /JSON/ : /is not the file/,
      );
      const absent = changed((folder) => rmSync(path(folder)));
      await expectRefused(
        absent,
        isManifest ? /holds no model/ : /is missing/,
        isManifest ? 'input' : 'model',
      );
      const link = changed((folder) => {
        rmSync(path(folder));
        symlinkSync('/etc/passwd', path(folder));
      });
      await expectRefused(link, /is a link, not a regular file/);
      const other = changed((folder) => {
        rmSync(path(folder));
        mkdirSync(path(folder));
      });
      await expectRefused(other, /is a folder, not a regular file/);
    });

  it('is refused when it is of another version, or has what no candidate has', async () => {
    const versions = (text: string) => text.replace(/"schemaVersion": ?1/, '"schemaVersion":2');
    for (const file of ['model.json', 'calibration.json', 'golden.json', 'manifest.json'])
      await expectRefused(rewritten(file, versions), /schemaVersion/);
    await expectRefused(
      rewritten('manifest.json', (text) => text.replace('model.json', '../model.json')),
      /path/,
    );
    await expectRefused(
      rewritten('manifest.json', (text) => text.replace('model.json', 'golden.json')),
      /names a file twice/,
    );
    await expectRefused(
      rewritten('model.json', (text) => text.replace('"window": 8', '"window": 1000000000')),
      /window/,
    );
    await expectRefused(
      rewritten('model.json', (text) => text.replace('"horizon": "1h"', '"horizon": "1000y"')),
      /horizon/,
    );
    await expectRefused(
      rewritten('model.json', (text) => text.replace('"cpu_burn"', '"unknown"')),
      /classes/,
    );
    await expectRefused(
      rewritten('model.json', (text) => text.replace('cpu_busy_ratio:max', 'x'.repeat(1e6))),
      /features/,
    );
    await expectRefused(
      rewritten('calibration.json', (text) => text.replace(/"alpha": [\d.e-]+/, '"alpha": 0')),
      /alpha/,
    );
  });

  it('is refused when its models do something else, by the examples that it was written with', async () => {
    const network = readFileSync(join(original, 'challenger.onnx'), 'latin1');
    /** Another bias of the last layer, and a model all the same. */
    const spoiled = (bytes: string) => {
      const at = bytes.lastIndexOf('last_biases') + 13;
      return `${bytes.slice(0, at)}\0\0\xa0\x41${bytes.slice(at + 4)}`;
    };
    await expectRefused(rewritten('challenger.onnx', spoiled), /challenger.onnx gives something else/);
    await expectRefused(
      rewritten('classifier.onnx', () => network),
      /does not take features and give probabilities/,
    );
    await expectRefused(
      rewritten('classifier.onnx', (bytes) => bytes.slice(0, 200)),
      /no model that can be run/,
    );
    await expectRefused(
      rewritten('novelty.onnx', () => network),
      /does not take features and give novelty/,
    );
    await expectRefused(
      rewritten('golden.json', (text) => text.replace(/"features": \[\n\s*[-\d.e]+,/, '"features": [')),
      /other features/,
    );
  });

  it('is asked for by name where there are several, or none', async () => {
    const models = newFolder();
    await expectRefused(models, /holds no model: make one with kubevigil-detector train/, 'input');
    for (const name of ['one', 'two']) cpSync(original, join(models, name), { recursive: true });
    await expectRefused(models, /holds 2 models: say which, such as/, 'input');
    await expectRefused(join(models, 'three'), /cannot be read/, 'input');
  });

  it('is not there half: what a killed run left is replaced', async () => {
    const models = newFolder();
    const { name, contents } = trained;
    const id = original.slice(dirname(original).length + 1);
    mkdirSync(join(models, `.${id}.tmp`));
    writeFileSync(join(models, `.${id}.tmp`, 'model.json'), '{');
    await expectRefused(models, /holds no model/, 'input');
    expect(writeCandidate(models, name, contents)).to.equal(join(models, id));
    expect(readdirSync(models)).to.deep.equal([id]);
  });
});
