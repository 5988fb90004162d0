import { expect } from 'chai';
import fc from 'fast-check';
import { counter, gauge, OPEN } from '../../../exporter/catalogue/model/define.ts';
import { type Sample, sample } from '../../../exporter/catalogue/model/sample.ts';
import { networkMetrics } from '../../../exporter/catalogue/network.ts';
import { SeriesCap } from '../../../exporter/scrape/series-cap.ts';
import { seriesLines } from '../../support/extract.ts';

const shared = { help: 'Of the test.', source: 'the test', columns: [] } as const;
const LABELS = { kind: ['a', 'b'] } as const;
const GAUGE = gauge({ ...shared, name: 'kubevigil_test', labels: LABELS, attribution: 'container' });
const COUNTER = counter({
  ...shared,
  name: 'kubevigil_test_total',
  labels: LABELS,
  attribution: 'container',
  since: 'container',
});
const DEVICES = gauge({ ...shared, name: 'kubevigil_test_devices', labels: { device: OPEN } });

const CAP = 5;
const MINUTE_MS = 60_000;

type Metric = typeof GAUGE | typeof COUNTER;

const owned = (metric: Metric, pod: string, value: number, kind: 'a' | 'b' = 'a') =>
  sample(metric, value, {
    kind,
    namespace: pod === '' ? '' : 'shop',
    pod,
    container: pod === '' ? '' : 'app',
  });

const of = (samples: readonly Sample[], { metric }: { metric: Sample['metric'] }) =>
  samples.filter((one) => one.metric === metric);

function sum(samples: readonly Sample[], kind: string): number {
  return samples.reduce((total, { labels, value }) => total + (labels['kind'] === kind ? value : 0), 0);
}

function droppedOf(samples: readonly Sample[], name: string): number | undefined {
  return samples.find(
    ({ metric, labels }) => metric.name.endsWith('_dropped_total') && labels['metric'] === name,
  )?.value;
}

const valueIn = (samples: readonly Sample[], pod: string) =>
  samples.find(({ labels }) => labels['pod'] === pod)?.value;

/** More than there is room for. */
const CROWD = [0, 1, 2].flatMap((pod) => LABELS.kind.map((kind) => ({ pod, kind, value: 0 })));

/** Scrapes in which pods come, go, and count on; each by a number. */
const scrapes = fc.array(
  fc.uniqueArray(
    fc.record({ pod: fc.nat(15), kind: fc.constantFrom('a' as const, 'b' as const), value: fc.nat(1_000) }),
    { selector: ({ pod, kind }) => `${pod} ${kind}`, maxLength: 30 },
  ),
  { minLength: 1, maxLength: 12 },
);

describe('SeriesCap', () => {
  it('leaves a page below the cap as it is', () => {
    const samples = [0, 1, 2, 3, 4].map((i) => owned(GAUGE, `web-${i}`, i));
    expect(of(new SeriesCap(CAP).apply(samples), { metric: GAUGE })).to.deep.equal(samples);
  });

  it('counts from 0, for each metric that can reach it', () => {
    const page = new SeriesCap(CAP).apply([]);
    expect(droppedOf(page, networkMetrics.bytes.name)).to.equal(0);
    expect(droppedOf(page, 'kubevigil_memory_bytes')).to.equal(undefined);
  });

  it('counts each series that it drops once', () => {
    const cap = new SeriesCap(CAP);
    const devices = Array.from({ length: 8 }, (_, i) =>
      sample(networkMetrics.bytes, i, { device: `veth${i}`, direction: 'receive' }),
    );
    cap.apply(devices);
    expect(droppedOf(cap.apply(devices), networkMetrics.bytes.name)).to.equal(3);
  });

  it('adds up what is beyond it as _other, and never the host', () => {
    const samples = [...[1, 2, 3, 4, 5, 6, 7].map((i) => owned(GAUGE, `web-${i}`, i)), owned(GAUGE, '', 100)];
    const page = of(new SeriesCap(CAP).apply(samples), { metric: GAUGE });
    expect(page).to.have.length(CAP + 2);
    expect(seriesLines(page)).to.include.members([
      'kubevigil_test{kind="a",namespace="",pod="",container=""} 100',
      'kubevigil_test{kind="a",namespace="",pod="_other",container=""} 13',
    ]);
  });

  it('adds what an extractor itself calls _other', () => {
    const cap = new SeriesCap(CAP);
    const other = sample(COUNTER, 50, { kind: 'a', namespace: '', pod: '_other', container: '' });
    const pods = [1, 2, 3, 4].map((i) => owned(COUNTER, `web-${i}`, i));
    cap.apply([...pods, other]);
    const page = of(cap.apply([...pods, other, owned(COUNTER, 'web-5', 5), owned(COUNTER, 'web-6', 6)]), {
      metric: COUNTER,
    });
    expect(valueIn(page, '_other')).to.equal(56);
    expect(new Set(seriesLines(page).map((line) => line.split(' ')[0])).size).to.equal(page.length);
  });

  it('who was there before the cap was reached stays', () => {
    const cap = new SeriesCap(CAP);
    const old = [1, 2, 3].map((i) => owned(COUNTER, `old-${i}`, i));
    cap.apply(old);
    const page = cap.apply([...[1, 2, 3, 4].map((i) => owned(COUNTER, `new-${i}`, 1)), ...old]);
    expect(of(page, { metric: COUNTER })).to.include.members(old);
    expect(valueIn(page, '_other')).to.equal(2);
  });

  it('a pod that leaves takes no count away, and one that comes back brings none twice', () => {
    const cap = new SeriesCap(1);
    const first = owned(COUNTER, 'first', 1);
    const at = (minutes: number, ...pods: Sample[]) =>
      valueIn(cap.apply([first, ...pods], minutes * MINUTE_MS), '_other');
    expect(at(0, owned(COUNTER, 'b', 7), owned(COUNTER, 'c', 5))).to.equal(12);
    expect(at(1, owned(COUNTER, 'c', 6))).to.equal(13);
    expect(at(2, owned(COUNTER, 'b', 9), owned(COUNTER, 'c', 6))).to.equal(15);
    expect(at(3, owned(COUNTER, 'b', 2)), 'it began anew').to.equal(17);
    expect(at(30), 'nobody left').to.equal(17);
  });

  it('a folded series stays folded while it lives; who comes after somebody left has room', () => {
    const cap = new SeriesCap(1);
    cap.apply([owned(COUNTER, 'first', 1), owned(COUNTER, 'second', 1)], 0);
    const pods = (minutes: number, ...samples: Sample[]) =>
      of(cap.apply(samples, minutes * MINUTE_MS), { metric: COUNTER }).map(({ labels }) => labels['pod']);
    expect(pods(20, owned(COUNTER, 'second', 2))).to.deep.equal(['_other']);
    expect(pods(21, owned(COUNTER, 'second', 2), owned(COUNTER, 'third', 1))).to.deep.equal([
      'third',
      '_other',
    ]);
  });

  it('leaves out what has no owner', () => {
    const cap = new SeriesCap(CAP);
    const devices = Array.from({ length: 8 }, (_, i) => sample(DEVICES, i, { device: `disk${i}` }));
    cap.apply(devices);
    const page = cap.apply(devices);
    expect(of(page, { metric: DEVICES })).to.deep.equal(devices.slice(0, CAP));
  });

  it('sums of gauges hold, and no more than the cap is exposed', () => {
    fc.assert(
      fc.property(scrapes, (all) => {
        const cap = new SeriesCap(CAP);
        for (const scrape of all) {
          const samples = scrape.map(({ pod, kind, value }) => owned(GAUGE, `web-${pod}`, value, kind));
          const page = of(cap.apply(samples, 0), { metric: GAUGE });
          expect(page.filter(({ labels }) => labels['pod'] !== '_other').length).to.be.at.most(CAP);
          for (const kind of LABELS.kind) expect(sum(page, kind)).to.equal(sum(samples, kind));
        }
      }),
    );
  });

  it('of counters, _other never falls, no series changes sides, and what is counted is in a sum once', () => {
    fc.assert(
      fc.property(scrapes, (all) => {
        const cap = new SeriesCap(CAP);
        const counts = new Map<string, number>();
        const sides = new Map<string, boolean>();
        let others = 0;
        for (const scrape of [CROWD, ...all]) {
          const samples = scrape.map(({ pod, kind, value }) => {
            const key = `${pod} ${kind}`;
            counts.set(key, (counts.get(key) ?? 0) + value);
            return owned(COUNTER, `web-${pod}`, counts.get(key) ?? 0, kind);
          });
          const page = of(cap.apply(samples, 0), { metric: COUNTER });
          const exposed = new Set(page);
          for (const one of samples) {
            const series = `${one.labels['pod']} ${one.labels['kind']}`;
            expect(exposed.has(one), series).to.equal(sides.get(series) ?? exposed.has(one));
            sides.set(series, exposed.has(one));
          }
          const folded = [...counts].filter(([key]) => sides.get(`web-${key}`) === false);
          const now = page.reduce(
            (total, { labels, value }) => total + (labels['pod'] === '_other' ? value : 0),
            0,
          );
          if (now > 0) expect(now).to.equal(folded.reduce((total, [, value]) => total + value, 0));
          if (page.length > 0) expect(now).to.be.at.least(others);
          others = Math.max(others, now);
        }
      }),
    );
  });
});
