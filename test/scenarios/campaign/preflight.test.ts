import { expect } from 'chai';
import { checkNodes } from '../../../scenarios/campaign/preflight.ts';
import type { ColumnName } from '../../../scenarios/scenario/columns.ts';

const seen = {
  agents: [{ node: 'worker-1', cluster: 'lab' }, { node: 'worker-2' }],
  ...{ busy: [], denied: [], having: new Map() },
};
const attack = (name: string, ...moves: ColumnName[]) => ({ name, role: 'attack' as const, moves });

describe('whether Prometheus sees the nodes of a campaign', () => {
  it('is refused for a node that is scraped by another name, which it tells', () => {
    expect(() => checkNodes([{ node: 'worker1' }], seen, [])).to.throw(
      /^Prometheus scrapes no exporter as node worker1: did you mean worker-1\?; give its name by --node-name/,
    );
    expect(() => checkNodes([{ node: 'here' }], seen, [])).to.throw(/it has worker-1, worker-2/);
    expect(() => checkNodes([{ node: 'worker-1', cluster: 'other' }], seen, [])).to.throw(/as node worker-1/);
  });

  it('has nothing to say of nodes that are idle and read', () => {
    expect(checkNodes([{ node: 'worker-1', cluster: 'lab' }, { node: 'worker-1' }], seen, [])).to.deep.equal(
      [],
    );
  });

  it('warns of busy nodes, of extractors that were denied, and where there is no exporter at all', () => {
    const busy = [
      { node: 'worker-1', ratio: 0.93 },
      { node: 'worker-2', ratio: 0.2 },
    ];
    const denied = [
      { node: 'worker-2', extractor: 'processes' },
      { node: 'worker-9', extractor: 'logs' },
    ];
    expect(
      checkNodes([{ node: 'worker-1' }, { node: 'worker-2' }], { ...seen, busy, denied }, []),
    ).to.deep.equal([
      'node worker-1 is busy (93 % of its CPU time): what a scenario moves may not show',
      'node worker-2: extractors that cannot read everything: processes; what they measure will be missing',
    ]);
    expect(checkNodes([{ node: 'a' }], { ...seen, agents: [] }, [])).to.have.length(1);
    expect(checkNodes([{ node: 'a' }], { ...seen, agents: undefined }, [])).to.have.length(1);
  });

  it('warns of columns that attacks are to move and that a node has no series of', () => {
    const having = new Map<ColumnName, { node: string; cluster?: string }[]>([
      ['auth_failures_per_second', [{ node: 'worker-2' }]],
      ['cpu_busy_ratio', [{ node: 'worker-1', cluster: 'lab' }, { node: 'worker-2' }]],
      ['web_attacks_per_second', []],
    ]);
    const scenarios = [
      attack('brute_force', 'auth_failures_per_second'),
      attack('credential_stuffing', 'auth_failures_per_second'),
      attack('cpu_burn', 'cpu_busy_ratio'),
      // Of this column the server did not tell, and a benign workload need not move its own.
      attack('sniffer', 'network_sniffers'),
      { name: 'search_crawl', role: 'benign' as const, moves: ['web_attacks_per_second' as const] },
    ];
    expect(
      checkNodes([{ node: 'worker-1' }, { node: 'worker-2' }], { ...seen, having }, scenarios),
    ).to.deep.equal([
      'node worker-1 has no series of columns that attacks are to move: auth_failures_per_second (brute_force, credential_stuffing): they stay null; of logs a rule has to name the file or the pods',
    ]);
  });
});
