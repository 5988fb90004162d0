import { expect } from 'chai';
import { type Detector, openDetector } from '../../../detector/candidate/detector.ts';
import { writeCandidate } from '../../../detector/candidate/write.ts';
import { NodeFeatures } from '../../../detector/features/node-features.ts';
import { stacked, valuesAt } from '../../../detector/samples/gather.ts';
import { train } from '../../../detector/training/train.ts';
import { FleetWatch } from '../../../detector/watch/fleet-watch.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { syntheticDataset } from '../support/synthetic.ts';

const STEP_MS = 15_000;

describe('detector/watch: a fleet', function () {
  this.timeout(600_000);
  const newFolder = temporaryFolder();
  const dataset = syntheticDataset();
  let detector: Detector;
  let kept: number[];

  before(async () => {
    const { name, contents } = await train([dataset], 1, () => {});
    detector = await openDetector(writeCandidate(newFolder(), name, contents));
    const names = dataset.columns.map((column) => column.name);
    kept = detector.candidate.plan.columns.map((column) => names.indexOf(column));
  });

  after(async () => {
    await detector?.close();
  });

  const times = () => dataset.series[0]?.timesMs ?? new Float64Array();

  /** Rows of all nodes, step by step. */
  async function replay(
    fleet: FleetWatch,
    rows: number,
    each: (row: number) => void = () => {},
    isLost: (series: number, row: number) => boolean = () => false,
  ): Promise<void> {
    for (let row = 0; row < rows; row++) {
      for (const [i, series] of dataset.series.entries()) {
        const timeMs = series.timesMs[row] as number;
        if (!isLost(i, row))
          fleet.take({ entity: series.entity, timeMs, values: valuesAt(series, kept, row) }, timeMs);
      }
      await fleet.score();
      while (fleet.unexplained > 0) await fleet.explainNext();
      each(row);
    }
  }

  it('scores live, step by step over all nodes, as it does in batch, node by node', async () => {
    const fleet = new FleetWatch(detector);
    const live = dataset.series.map(() => [] as (number | undefined)[]);
    await replay(fleet, 300, () => {
      fleet.nodes.forEach((node, i) => void live[i]?.push(node.scored?.score));
    });
    for (const [i, series] of dataset.series.entries()) {
      const features = new NodeFeatures(detector.candidate.plan);
      const all = Array.from(series.timesMs.subarray(0, 300), (timeMs, row) =>
        features.next(timeMs, valuesAt(series, kept, row)),
      );
      const ready = all.filter((own) => own !== undefined);
      const scored = await detector.score(stacked(ready, detector.candidate.plan));
      let next = 0;
      const batch = all.map((own) => (own === undefined ? undefined : scored.score(next++)));
      expect(live[i]).to.deep.equal(batch);
    }
  });

  it('alarms in attacks, with what made it one, and no longer once they are over', async () => {
    const fleet = new FleetWatch(detector);
    const states = new Set<string>();
    await replay(fleet, 600, (row) => {
      for (const node of fleet.nodes) states.add(node.stateAt(times()[row] as number));
    });
    expect([...states]).to.include.members(['learning', 'provisional', 'watching']);
    const attacked = fleet.alarms.filter(({ node }) => node.entity.node !== 'c');
    expect(attacked.length).to.be.greaterThan(10);
    for (const { alarm } of attacked) {
      if (alarm.endMs !== undefined) expect(alarm.endMs).to.be.greaterThan(alarm.startMs);
      expect(alarm.peak.score).to.be.greaterThan(1);
    }
    const named = attacked.filter(({ alarm }) => alarm.contributions.length > 0);
    expect(named.length).to.be.greaterThan(attacked.length / 2);
    for (const { alarm } of named)
      for (const { without } of alarm.contributions) expect(without).to.be.at.most(alarm.peak.score);
  });

  it('takes each row of a node once, in the order of time', async () => {
    const fleet = new FleetWatch(detector);
    await replay(fleet, 30);
    const [series] = dataset.series;
    if (series === undefined) return;
    const again = (row: number) =>
      fleet.take(
        { entity: series.entity, timeMs: series.timesMs[row] as number, values: valuesAt(series, kept, row) },
        0,
      );
    expect(again(29)).to.equal('repeated');
    expect(again(3)).to.equal('repeated');
    expect(again(30)).to.equal(undefined);
    expect(fleet.isWaiting({ entity: series.entity, timeMs: 0, values: new Float64Array() })).to.equal(true);
  });

  it('calls a node stale once its rows stop, blind while they are empty, and learning after a gap', async () => {
    const fleet = new FleetWatch(detector);
    await replay(fleet, 60);
    const [node] = fleet.nodes;
    const lastMs = times()[59] as number;
    expect(node?.stateAt(lastMs)).to.equal('provisional');
    expect(node?.stateAt(lastMs + 5 * STEP_MS)).to.equal('stale');
    const nothing = new Float64Array(kept.length).fill(Number.NaN);
    const send = (timeMs: number, values: Float64Array) =>
      fleet.take({ entity: node?.entity ?? { cluster: null, node: '' }, timeMs, values }, timeMs);
    send(lastMs + STEP_MS, nothing);
    await fleet.score();
    expect(node?.stateAt(lastMs + STEP_MS)).to.equal('blind');
    const laterMs = lastMs + 2 * 3_600_000;
    send(
      laterMs,
      Float64Array.from(kept, () => 0.1),
    );
    expect(node?.stateAt(laterMs)).to.equal('learning');
    expect(node?.scored).to.equal(undefined);
  });

  it('has room for so many nodes and no more, and forgets those that are gone', () => {
    const fleet = new FleetWatch(detector);
    const values = Float64Array.from(kept, () => 0.1);
    for (let i = 0; i < 10_000; i++)
      expect(fleet.take({ entity: { cluster: null, node: `n${i}` }, timeMs: 1, values }, 0)).to.equal(
        undefined,
      );
    expect(fleet.take({ entity: { cluster: null, node: 'more' }, timeMs: 1, values }, 0)).to.equal('nodes');
    fleet.forget(3_600_000);
    expect(fleet.nodes).to.have.length(0);
  });
});
