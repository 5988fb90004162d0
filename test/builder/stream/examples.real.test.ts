import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { ROOT } from '../../support/paths.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { BEFORE_MS, type Served, serve } from './support/served.ts';

const NODES = ['a', 'ö "b"\n', 'c'];
const STEPS = 40;
const FROM = String(BEFORE_MS / 1000);

/** Runs an example; its rows so far are `rows()`. */
function startExample(file: string, args: readonly string[]) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exit = once(child, 'close');
  return {
    rows: () =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { node: string; value: number }),
    errors: () => stderr,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
    exit,
  };
}

describe('builder/examples', () => {
  const newFolder = temporaryFolder();
  let served: Served;

  beforeEach(async () => {
    served = await serve();
  });

  afterEach(() => served.close());

  /** Publishes steps while connections are cut; the rows must be those published, each once and in order. */
  async function expectEveryRowOnce(start: () => ReturnType<typeof startExample>): Promise<void> {
    const example = start();
    try {
      for (let step = 0; step < STEPS; step++) {
        served.publish(NODES.map((node) => ({ node, value: step })));
        if (step % 15 !== 14) continue;
        const wanted = (step + 1) * NODES.length;
        await waitFor(`the rows before a cut (${example.errors()})`, () => example.rows().length >= wanted);
        served.hangUp();
      }
      await waitFor('all rows', () => example.rows().length >= STEPS * NODES.length);
    } finally {
      await example.stop();
    }
    const wanted = Array.from({ length: STEPS }, (_, value) => NODES.map((node) => [node, value])).flat();
    expect(example.rows().map(({ node, value }) => [node, value])).to.deep.equal(wanted);
    expect(
      example
        .errors()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('cut off')),
    ).to.deep.equal([]);
  }

  it('consume.ts has every row once, though it is cut off', () =>
    expectEveryRowOnce(() =>
      startExample(process.execPath, [
        join(ROOT, 'dist/builder/examples/consume.js'),
        `${served.url}/stream`,
        FROM,
      ]),
    ));

  it('consume.py has every row once, though it is cut off, and goes on after it was restarted', async function () {
    const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
    if (python.status !== 0) skip(this, python.error?.message ?? python.stderr);
    const state = join(newFolder(), 'last-id');
    const script = join(ROOT, 'builder/examples/consume.py');
    const start = () =>
      startExample('python3', [script, `${served.url}/stream`, '--from', FROM, '--state', state]);
    await expectEveryRowOnce(start);
    served.publish([{ node: 'new', value: 1 }]);
    const again = start();
    await waitFor('the new row', () => again.rows().length > 0);
    await again.stop();
    expect(again.rows().map(({ node }) => node)).to.deep.equal(['new']);
  });

  it('end when they are refused', async () => {
    const example = startExample(process.execPath, [
      join(ROOT, 'dist/builder/examples/consume.js'),
      `${served.url}/stream`,
      'yesterday',
    ]);
    expect((await example.exit)[0]).to.equal(1);
    expect(example.errors()).to.contain('400: from="yesterday" is no time');
  });
});
