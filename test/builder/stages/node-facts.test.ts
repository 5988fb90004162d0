import { expect } from 'chai';
import fc from 'fast-check';
import type { RawSeries } from '../../../builder/samples/series.ts';
import { NodeFacts } from '../../../builder/stages/node-facts.ts';

const NAMES = { nodeLabel: 'node', clusterLabel: 'cluster' };

const series = (labels: Record<string, string>, values: readonly number[]): RawSeries => ({
  labels,
  timestampsMs: Float64Array.from(values.keys()),
  values: Float64Array.from(values),
  staleMs: new Float64Array(0),
});

/** What was told at some moments, cut into partitions. */
const told = fc.array(
  fc.record({
    node: fc.constantFrom('a', 'b'),
    kernel: fc.constantFrom('6.1', '6.8'),
    extractor: fc.constantFrom('cpu', 'tcp'),
    success: fc.constantFrom(0, 1),
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
        });
        const once = new NodeFacts(NAMES);
        once.add(tell(all));
        const first = new NodeFacts(NAMES);
        first.add(tell(all.slice(0, cut)));
        const then = new NodeFacts(NAMES);
        then.join(first.result());
        then.add(tell(all.slice(cut)));
        expect(then.result()).to.deep.equal(once.result());
        expect(JSON.stringify(then.result())).to.equal(JSON.stringify(once.result()));
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
    });
    expect(facts.result()).to.deep.equal({
      machines: [
        { cluster: 'lab', node: 'a', kernel: '6.8' },
        { cluster: 'lab', node: 'b', kernel: '6.1', os: 'debian' },
      ],
      unread: [{ cluster: 'lab', node: 'a', extractor: 'tcp', times: 2 }],
    });
    expect(new NodeFacts(NAMES).result()).to.deep.equal({});
  });
});
