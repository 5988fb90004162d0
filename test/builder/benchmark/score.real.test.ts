import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Result } from '../../../builder/benchmark/result.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { attackRow, MADE_START_MS, type MadeRow, makeDataset, NORMAL_ROW } from '../support/made-dataset.ts';

const STEP_MS = 15_000;
const NODES = ['a', 'b'];
const ROWS = 40;
const FIRST_TEST = 20;

const isAttack = (row: number) => row % 10 >= 6;
const rowsOf = (node: string, isHidden = false): MadeRow[] =>
  Array.from({ length: ROWS }, (_, i) => ({
    ...(isHidden && i >= FIRST_TEST
      ? { label: null, anomaly: null, phase: null }
      : isAttack(i)
        ? attackRow('cpu_burn', `${node}-${Math.floor(i / 10)}`)
        : NORMAL_ROW),
    split: i < 10 ? 'train' : i < FIRST_TEST ? 'validation' : 'test',
    values: { cpu: i },
  }));

interface Line {
  readonly node: string;
  readonly row: number;
  readonly score: number | string;
}

const timeOf = (row: number) => MADE_START_MS + row * STEP_MS;
const linesFor = (from: number, score: (row: number) => number | string): Line[] =>
  Array.from({ length: ROWS - from }, (_, i) => from + i).flatMap((row) =>
    NODES.map((node) => ({ node, row, score: score(row) })),
  );
const csv = (lines: readonly Line[], time: (ms: number) => string | number = (ms) => ms) =>
  [
    'timestamp,node,score',
    ...lines.map(({ node, row, score }) => `${time(timeOf(row))},${node},${score}`),
    '',
  ].join('\n');

describe('builder score', () => {
  const newFolder = temporaryFolder();
  let folder: string;

  async function judged(text: string, ...more: string[]): Promise<Result> {
    writeFileSync(join(folder, 'submit.csv'), text);
    const args = ['score', 'set', 'submit.csv', '--json', '--leaderboard', 'none', ...more];
    const { code, stdout, stderr } = await builder(args, { cwd: folder });
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return (JSON.parse(stdout) as { results: [Result] }).results[0];
  }

  /** The one line that a submission is refused by. */
  async function refusal(text: string | Buffer, ...more: string[]): Promise<string> {
    writeFileSync(join(folder, 'submit.csv'), text);
    const { code, stderr } = await builder(['score', 'set', 'submit.csv', ...more], { cwd: folder });
    expect(code, stderr).to.equal(2);
    expect(stderr.trim().split('\n'), stderr).to.have.length(1);
    return stderr;
  }

  before(async () => {
    folder = newFolder();
    for (const [name, isHidden] of [
      ['set', false],
      ['public', true],
    ] as const)
      await makeDataset(join(folder, name), {
        nodes: NODES.map((node) => ({ node, rows: rowsOf(node, isHidden) })),
        features: ['cpu'],
      });
  });

  it('judges scores by a threshold from validation, where that is scored too', async () => {
    const right = await judged(csv(linesFor(10, (row) => (isAttack(row) ? 0.9 : 0.1))));
    expect(right).to.include({
      averagePrecision: 1,
      threshold: 0.9,
      thresholdFrom: 'validation',
      medianDelaySeconds: 0,
    });
    expect(right.episodes).to.deep.equal({ events: 4, found: 4 });
    expect(right.falseAlarms).to.include({ alarms: 0, perHour: 0, shareInAlarm: 0 });
    const late = await judged(csv(linesFor(10, (row) => (isAttack(row) && row % 10 > 6 ? 0.9 : 0.1))));
    expect(late.medianDelaySeconds).to.equal(15);
  });

  it('judges by the order of scores alone without one, and by the threshold that is given', async () => {
    const text = csv(linesFor(FIRST_TEST, (row) => (isAttack(row) ? 5 : -5)));
    const without = await judged(text);
    expect(without).to.include({ averagePrecision: 1, threshold: null, episodes: null, falseAlarms: null });
    expect(without.notes).to.have.length(1);
    expect((await judged(text, '--threshold', '0')).episodes).to.deep.equal({ events: 4, found: 4 });
  });

  it('tells scores apart that single precision does not', async () => {
    const near = csv(linesFor(FIRST_TEST, (row) => 0.999999999 + (isAttack(row) ? 1e-10 : 0)));
    expect((await judged(near)).averagePrecision).to.equal(1);
  });

  it('does not depend on how times are written, nor on the order of nodes', async () => {
    const lines = linesFor(FIRST_TEST, (row) => (row * 7) % 11);
    const wanted = await judged(csv(lines));
    const byNode = NODES.flatMap((node) => lines.filter((line) => line.node === node));
    const pandas = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('.000Z', '+00:00');
    for (const text of [
      csv(lines, (ms) => new Date(ms).toISOString()),
      csv(byNode, pandas),
      `\ufeff${csv(lines)}`,
    ])
      expect({ ...(await judged(text)), scoresSha256: '' }).to.deep.equal({ ...wanted, scoresSha256: '' });
  });

  it('refuses in one line what is no submission', async () => {
    const good = linesFor(FIRST_TEST, (row) => row);
    const swapped = [...good.slice(2, 4), ...good.slice(0, 2), ...good.slice(4)];
    const [first, ...others] = good as [Line, ...Line[]];
    const cases: [string | Buffer, RegExp][] = [
      [csv(others), /1 of 40 rows of test have no score, the first that of a at 2026-11-23T00:05:15/],
      [csv([...good, good.at(-1) as Line]), /line 42: the row of b at .* stands on line 41 already/],
      [csv(swapped), /line 4: the row of a at .* comes after a later one, on line 2/],
      ...['NaN', '', 'inf', '1e999', '0x10', '1 2'].map((score): [string, RegExp] => [
        csv([{ ...first, score }, ...others]),
        /line 2: score ".*" is no finite number/,
      ]),
      [csv([{ ...first, node: 'c' }, ...others]), /line 2: the dataset has no rows of node "c"/],
      [csv([{ ...first, row: 900 }, ...others]), /line 2: the dataset has not the row of a at/],
      [csv(good, (ms) => ms / 1000), /line 2: timestamp "\d+" is no time/],
      ['', /is empty/],
      ['timestamp,node\n', /there is no column score/],
      ['timestamp,node,score,extra\n', /unknown column "extra"/],
      ['timestamp,node,score,score\n', /named twice/],
      [`timestamp,node,score\n${timeOf(20)},a\n`, /line 2: has 2 fields/],
      [`timestamp,node,score\n${timeOf(20)},"a,0.5\n`, /submit\.csv/],
      [`timestamp,node,score\n${'9'.repeat(100_000)}`, /submit\.csv/],
      [Buffer.from([0, 1, 2, 255, 254, 10]), /there is no column/],
      [csv(linesFor(15, () => 1)), /of 20 rows of validation have no score/],
    ];
    for (const [text, said] of cases) expect(await refusal(text)).to.match(said);
    expect(await refusal(csv(good), '--model', '<script>')).to.match(/a model's name has/);
    const { code } = await builder(['score', 'set', 'nowhere.csv'], { cwd: folder });
    expect(code).to.equal(2);
  });

  it('never ends with anything but a line, whatever the bytes are', async () => {
    const lines = csv(linesFor(FIRST_TEST, (row) => row)).split('\n');
    const piece = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom(...lines.slice(0, 4)));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        await refusal(pieces.join('\n'));
      }),
      { numRuns: 40 },
    );
  });

  it('judges by labels that the dataset does not show: of a file, or of the whole dataset', async () => {
    const submit = csv(linesFor(10, (row) => (isAttack(row) ? 0.9 : 0.1)));
    const wanted = await judged(submit);
    writeFileSync(join(folder, 'submit.csv'), submit);
    const labels = ['timestamp,node,label,episode'];
    for (const node of NODES)
      for (let row = FIRST_TEST; row < ROWS; row++)
        labels.push(
          `${timeOf(row)},${node},${isAttack(row) ? `cpu_burn,${node}-${Math.floor(row / 10)}` : 'normal,'}`,
        );
    writeFileSync(join(folder, 'labels.csv'), labels.join('\n'));
    for (const place of ['labels.csv', 'set']) {
      const args = ['score', 'public', 'submit.csv', '--json', '--labels', place];
      const { stdout, stderr } = await builder(args, { cwd: folder });
      expect(stderr).to.equal('');
      const {
        rowsDigest: _,
        labelsSha256,
        ...own
      } = (JSON.parse(stdout) as { results: [Result] }).results[0];
      const { rowsDigest: __, ...others } = wanted;
      expect(own).to.deep.equal(others);
      expect(labelsSha256).to.match(/^[0-9a-f]{64}$/);
    }
    writeFileSync(join(folder, 'labels.csv'), labels.slice(0, -1).join('\n'));
    const { code, stderr } = await builder(['score', 'public', 'submit.csv', '--labels', 'labels.csv'], {
      cwd: folder,
    });
    expect(code).to.equal(2);
    expect(stderr).to.match(/labels\.csv: has no label for the row of b at/);
    expect((await builder(['verify', 'public'], { cwd: folder })).code).to.equal(0);
  });

  it('of pods asks for their names too', async () => {
    const pods = ['x', 'y'].map((pod) => ({ node: 'a', namespace: 'shop', pod, rows: rowsOf('a') }));
    const manifest: Manifest = await makeDataset(join(folder, 'pods'), { nodes: pods, features: ['cpu'] });
    expect(manifest.entity).to.equal('pod');
    const lines = pods.flatMap(({ pod }) =>
      rowsOf('a').map((_, row) => `${timeOf(row)},a,shop,${pod},${row}`),
    );
    writeFileSync(join(folder, 'pods.csv'), ['timestamp,node,namespace,pod,score', ...lines].join('\n'));
    expect((await builder(['score', 'pods', 'pods.csv'], { cwd: folder })).code).to.equal(0);
    writeFileSync(join(folder, 'pods.csv'), csv(linesFor(0, () => 1)));
    const { stderr } = await builder(['score', 'pods', 'pods.csv'], { cwd: folder });
    expect(stderr).to.match(/there is no column namespace in the header/);
  });
});
