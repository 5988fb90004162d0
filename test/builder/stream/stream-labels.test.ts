import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSources } from '../../../builder/labels/open.ts';
import type { SampleSource } from '../../../builder/samples/series.ts';
import { LabelWatch } from '../../../builder/stream/label-watch.ts';
import { StreamLabels } from '../../../builder/stream/stream-labels.ts';
import { BuilderError } from '../../../common/errors.ts';
import { createLogger } from '../../../common/log.ts';
import { wholeMs } from '../../../common/ms.ts';
import { strings } from '../../../dataset/model/table.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { planOf, STEP_MS } from '../support/plans.ts';

const FIRST_MS = Date.UTC(2026, 10, 23);
const DELAY_STEPS = 4;
const at = (step: number) => wholeMs(FIRST_MS + step * STEP_MS);
/** A server without samples. */
const nothing: SampleSource = {
  way: 'remote-read',
  staleMarkers: true,
  evaluate: async () => [],
  read: async () => [],
};
const iso = (step: number) => new Date(at(step)).toISOString();

describe('builder/stream/stream-labels', () => {
  const newFolder = temporaryFolder();
  let file: string;
  let written: string;
  let lateEpisodes: number;
  const log = createLogger({ level: 'info', format: 'logfmt' }, (line) => {
    written += line;
  });

  /** An episodes file; steps are counted from the first, each line is `name firstStep lastStep [role]`. */
  function write(...lines: string[]): void {
    const all = lines.map((line) => {
      const [name, from, to, role = ''] = line.split(' ');
      return `${name},cpu_burn,${at(Number(from)) - STEP_MS + 1},${at(Number(to))},n,${role}`;
    });
    writeFileSync(file, `episode,scenario,start,end,node,role\n${all.join('\n')}\n`);
  }

  function newLabels(): StreamLabels {
    return new StreamLabels({
      labels: new LabelWatch(openSources({ labels: [{ episodes: file }], clusterLabel: 'cluster' }), log),
      samples: () => nothing,
      labelDelayMs: DELAY_STEPS * STEP_MS,
      plan: planOf([], FIRST_MS, FIRST_MS),
      splitFor: () => undefined,
      onLateEpisode: () => lateEpisodes++,
      log,
    });
  }

  /** Closes one step: what is said anew, then what is said of the step's rows. */
  async function close(streamLabels: StreamLabels, step: number) {
    const records = await streamLabels.refresh(at(step), at(step), at(step));
    const nodes = ['m', 'n'].map((node) => ({
      cluster: '',
      node,
      timesMs: Float64Array.of(at(step)),
      features: [],
    }));
    const tables = streamLabels.label(nodes, []);
    const labels = tables.map((table) => strings(table, 'label')[0]);
    return { records, labels };
  }

  beforeEach(() => {
    file = join(newFolder(), 'episodes.csv');
    written = '';
    lateEpisodes = 0;
    write();
  });

  it('says anew what an episode changes that came late, and nothing else', async () => {
    const streamLabels = newLabels();
    for (let step = 1; step <= 5; step++)
      expect((await close(streamLabels, step)).labels).to.deep.equal(['normal', 'normal']);
    write('e1 3 4 victim');
    const { records, labels } = await close(streamLabels, 6);
    const common = { type: 'label', label_state: 'provisional', cluster: null, node: 'n', split: null };
    const attack = {
      label: 'cpu_burn',
      anomaly: 1,
      episode: 'e1',
      role: 'victim',
      phase: 'attack',
      run: null,
    };
    const recovery = { label: 'normal', anomaly: 0, episode: null, role: null, phase: 'recovery', run: null };
    expect(records).to.deep.equal([
      { ...common, timestamp: iso(3), ...attack },
      { ...common, timestamp: iso(4), ...attack },
      { ...common, timestamp: iso(5), ...recovery },
    ]);
    expect(labels).to.deep.equal(['normal', 'normal']);
    expect((await close(streamLabels, 7)).records).to.deep.equal([]);
    expect(lateEpisodes).to.equal(0);
  });

  it('takes back what an episode said that is gone', async () => {
    write('e1 2 9');
    const streamLabels = newLabels();
    for (const step of [1, 2, 3]) await close(streamLabels, step);
    write();
    const { records } = await close(streamLabels, 4);
    expect(
      records.map((record) => ('label' in record ? [record.timestamp, record.label] : [])),
    ).to.deep.equal([
      [iso(2), 'normal'],
      [iso(3), 'normal'],
    ]);
  });

  it('moves on what is final, and leaves that as it was', async () => {
    const streamLabels = newLabels();
    for (let step = 1; step <= 6; step++) await close(streamLabels, step);
    expect(streamLabels.finalMs).to.equal(at(6 - DELAY_STEPS));
    write('e1 1 9');
    const { records } = await close(streamLabels, 7);
    expect(records.map((record) => 'label' in record && record.timestamp)).to.deep.equal(
      [3, 4, 5, 6].map(iso),
    );
    // Step 3 became final just now: this is the last word on it.
    expect(records[0]).to.include({ label_state: 'final' });
    expect(records[1]).to.include({ label_state: 'provisional' });
    expect(lateEpisodes).to.equal(1);
    expect(written).to.contain('raise stream.labelDelay');
  });

  it('has the last word before the first when a row is older than the delay', async () => {
    const streamLabels = newLabels();
    await streamLabels.refresh(at(100), at(50), at(50));
    expect(streamLabels.finalMs).to.equal(at(50));
  });

  it('finalises nothing while the labels cannot be read, and tells which rows it gave up', async () => {
    const streamLabels = newLabels();
    for (const step of [1, 2]) await close(streamLabels, step);
    writeFileSync(file, 'episode,scenario,start,end,node\nhalf a li');
    for (let step = 3; step <= 2 + 4 * DELAY_STEPS + 3; step++)
      expect((await close(streamLabels, step)).records).to.deep.equal([]);
    expect(streamLabels.finalMs).to.be.lessThan(at(1));
    expect(written.split('labels stay as they are')).to.have.length(2);
    write('e1 1 9');
    const { records } = await close(streamLabels, 22);
    expect(records.at(-1)).to.deep.include({
      type: 'gap',
      reason: 'labels_unknown',
      from: iso(0),
      to: iso(5),
    });
    expect(records.map((record) => 'label' in record && record.timestamp).slice(0, -1)).to.deep.equal(
      [6, 7, 8, 9, 10].map(iso),
    );
    expect(written).to.contain('can be read again');
  });

  it('keeps the labels when the file is gone, and refuses to begin without it', async () => {
    write('e1 2 9');
    const streamLabels = newLabels();
    expect((await close(streamLabels, 1)).labels).to.deep.equal(['normal', 'normal']);
    rmSync(file);
    expect((await close(streamLabels, 2)).labels).to.deep.equal(['normal', 'cpu_burn']);
    expect(newLabels).to.throw(BuilderError, 'there is no such file');
  });

  it('keeps the labels while nobody knows which cluster an episode is about, and never labels the other one', async () => {
    write('e1 2 9');
    const streamLabels = newLabels();
    const step = async (number: number, ...clusters: string[]) => {
      const nodes = clusters.map((cluster) => ({
        ...{ cluster, node: 'n', features: [] },
        timesMs: Float64Array.of(at(number)),
      }));
      streamLabels.meet(nodes);
      const records = await streamLabels.refresh(at(number), at(number), at(number));
      return { records, labels: streamLabels.label(nodes, []).map((table) => strings(table, 'label')[0]) };
    };
    expect((await step(1, 'east')).labels).to.deep.equal(['normal']);
    expect((await step(2, 'east')).labels).to.deep.equal(['cpu_burn']);
    // Another cluster's node of that name comes into the stream.
    expect((await step(3, 'east', 'west')).labels).to.deep.equal(['cpu_burn', 'normal']);
    expect((await step(4, 'east', 'west')).labels).to.deep.equal(['cpu_burn', 'normal']);
    expect(written.split('labels stay as they are')).to.have.length(2);
    expect(written)
      .to.contain('in the clusters east and west: write')
      .and.not.to.contain('can be read again');
    writeFileSync(
      file,
      `episode,scenario,start,end,cluster,node\ne1,cpu_burn,${at(1) + 1},${at(9)},west,n\n`,
    );
    const { records, labels } = await step(5, 'east', 'west');
    expect(labels).to.deep.equal(['normal', 'cpu_burn']);
    expect(
      records.map((record) => ('label' in record ? [record.timestamp, record.cluster, record.label] : [])),
    ).to.deep.equal([
      [iso(2), 'east', 'normal'],
      [iso(3), 'east', 'normal'],
      [iso(3), 'west', 'cpu_burn'],
      [iso(4), 'east', 'normal'],
      [iso(4), 'west', 'cpu_burn'],
    ]);
    expect(written).to.contain('can be read again');
  });
});
