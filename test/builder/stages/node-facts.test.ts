import { expect } from 'chai';
import fc from 'fast-check';
import type { RawSeries } from '../../../builder/samples/series.ts';
import { kubeNodeSelector } from '../../../builder/stages/kube-nodes.ts';
import { NodeFacts } from '../../../builder/stages/node-facts.ts';
import { untoldWarnings } from '../../../builder/stages/untold.ts';

const NAMES = { nodeLabel: 'node', clusterLabel: 'cluster' };

const series = (labels: Record<string, string>, values: readonly number[]): RawSeries => ({
  labels,
  timestampsMs: Float64Array.from(values.keys()),
  values: Float64Array.from(values),
  staleMs: new Float64Array(0),
});

const ENTITIES = ['a', 'b'].map((node) => ({ cluster: null, node }));
const STEP_MS = 15_000;
const START_MS = Date.UTC(2026, 2, 28);
/** Rows of a time, counted in steps. */
const rows = (first: number, last: number) => ({
  ...{ date: '2026-03-28', firstMs: START_MS + first * STEP_MS, lastMs: START_MS + last * STEP_MS },
});

/** What was told at some moments, cut into partitions. */
const told = fc.array(
  fc.record({
    node: fc.constantFrom('a', 'b'),
    kernel: fc.constantFrom('6.1', '6.8'),
    extractor: fc.constantFrom('cpu', 'tcp'),
    success: fc.constantFrom(0, 1),
    version: fc.constantFrom('v1.29.3', 'v1.30.0'),
    isLost: fc.boolean(),
  }),
  { maxLength: 30 },
);

describe('builder/stages/node-facts', () => {
  it('is the same however often it is continued', () => {
    fc.assert(
      fc.property(told, fc.nat(30), (all, cut) => {
        const tell = (some: typeof all) => ({
          info: some.map(({ node, kernel }) => series({ node, kernel, os: '' }, [1])),
          success: some.map(({ node, extractor, success }) => series({ node, extractor }, [success])),
          kube: some.map(({ node, version }) => series({ node, kubelet_version: version }, [1])),
        });
        const lose = (facts: NodeFacts, from: number, to: number) => {
          for (let at = from; at < to; at++) if (all[at]?.isLost) facts.lose(rows(at, at));
        };
        const resultOf = (facts: NodeFacts) => facts.result(ENTITIES, STEP_MS);
        const once = new NodeFacts(NAMES);
        once.add(tell(all));
        lose(once, 0, all.length);
        const first = new NodeFacts(NAMES);
        first.add(tell(all.slice(0, cut)));
        lose(first, 0, cut);
        const then = new NodeFacts(NAMES);
        then.join(resultOf(first));
        then.add(tell(all.slice(cut)));
        lose(then, cut, all.length);
        expect(resultOf(then)).to.deep.equal(resultOf(once));
        expect(JSON.stringify(resultOf(then))).to.equal(JSON.stringify(resultOf(once)));
      }),
    );
  });

  it('tells machines and what agents could not read, in the order of nodes', () => {
    const facts = new NodeFacts(NAMES);
    facts.add({
      info: [
        series({ node: 'b', cluster: 'lab', kernel: '6.1', os: 'debian' }, [1]),
        series({ node: 'a', cluster: 'lab', kernel: '6.8' }, [1, 1]),
        series({ kernel: '6.8' }, [1]),
      ],
      success: [
        series({ node: 'a', cluster: 'lab', extractor: 'tcp' }, [1, 0, 0]),
        series({ node: 'b', extractor: 'cpu' }, [1]),
      ],
      kube: [],
    });
    expect(facts.result(ENTITIES, STEP_MS)).to.deep.equal({
      machines: [
        { cluster: 'lab', node: 'a', kernel: '6.8' },
        { cluster: 'lab', node: 'b', kernel: '6.1', os: 'debian' },
      ],
      unread: [{ cluster: 'lab', node: 'a', extractor: 'tcp', times: 2 }],
    });
    expect(new NodeFacts(NAMES).result(ENTITIES, STEP_MS)).to.deep.equal({});
  });

  it('tells the Kubernetes of the nodes that there are rows of', () => {
    const facts = new NodeFacts(NAMES);
    const runtime = 'containerd://1.7.13';
    const kube = (labels: Record<string, string>, values = [1]) => series(labels, values);
    facts.add({
      ...{ info: [], success: [] },
      kube: [
        kube({ node: 'b', kubelet_version: 'v1.30.2-eks-1552ad0', container_runtime_version: runtime }),
        kube({ node: 'a', kubelet_version: 'v1.28.5+k3s1', container_runtime_version: 'what is that?' }),
        // The scrape's own label stands before that of the series.
        kube({ node: 'b', exported_node: 'a', kubelet_version: 'v1.29.0' }),
        kube({ node: 'elsewhere', kubelet_version: 'v1.29.0' }),
        kube({ node: 'a', cluster: 'east', kubelet_version: 'v1.27.0' }),
        kube({ node: 'a', kubelet_version: '](http://x) v1' }),
        kube({ node: 'a', kubelet_version: 'v1.31.0' }, []),
        kube({ kubelet_version: 'v1.29.0' }),
        kube({ node: 'a' }),
      ],
    });
    expect(facts.result(ENTITIES, STEP_MS).kubernetes).to.deep.equal([
      { cluster: null, node: 'a', version: 'v1.28.5+k3s1' },
      { cluster: null, node: 'a', version: 'v1.29.0' },
      { cluster: null, node: 'b', version: 'v1.30.2-eks-1552ad0', runtime },
    ]);
  });

  it('asks kube-state-metrics by what other targets can share with nodes', () => {
    const selector = ['env', 'node', 'instance', 'cluster'].map((name) => ({
      ...{ name, operator: '=' as const, value: 'x' },
    }));
    expect(kubeNodeSelector({ selector, nodeLabel: 'node' })).to.deep.equal({
      metric: 'kube_node_info',
      matchers: selector.filter(({ name }) => ['env', 'cluster'].includes(name)),
    });
  });

  it('names the times of which nothing was told, those that follow each other as one', () => {
    const facts = new NodeFacts(NAMES);
    for (const [first, last] of [
      [40, 50],
      [0, 9],
      [10, 20],
    ] as const)
      facts.lose(rows(first, last));
    const { untold } = facts.result(ENTITIES, STEP_MS);
    expect(untold).to.deep.equal([
      { start: '2026-03-28T00:00:00.000Z', end: '2026-03-28T00:05:00.000Z' },
      { start: '2026-03-28T00:10:00.000Z', end: '2026-03-28T00:12:30.000Z' },
    ]);
    expect(untoldWarnings(untold)).to.deep.equal([
      'what agents tell of themselves could not be read from 2026-03-28T00:00:00.000Z to 2026-03-28T00:05:00.000Z, 2026-03-28T00:10:00.000Z to 2026-03-28T00:12:30.000Z: machines, and columns that may be incomplete, are not all listed',
    ]);
    expect(untoldWarnings(undefined)).to.deep.equal([]);
  });
});
