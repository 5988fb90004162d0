import { expect } from 'chai';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { countBy, movesOf, moveTable } from '../../../tools/demo/moves.ts';

/** As they are, but for one: what it moves may change without this table. */
const KNOWN = SCENARIOS.map((own) =>
  own.name === 'cpu_burn' ? { ...own, moves: ['cpu_busy_ratio' as const] } : own,
);
const STEP_SECONDS = 2;
const normal = Array.from({ length: 20 }, (_, i) => ({
  phase: 'normal',
  label: 'normal',
  episode: null,
  cpu_busy_ratio: 0.1 + 0.01 * (i % 3),
  forks_per_second: i % 2,
  processes: 100,
  tcp_established: 3,
}));
const during = (episode: string, own: object) =>
  Array.from({ length: 4 }, () => ({ ...normal[0], phase: 'attack', label: episode, episode, ...own }));

const scenarioOf = new Map([
  ['e1', 'cpu_burn'],
  ['e2', 'fork_burst'],
  ['e3', 'load_spike'],
  ['e4', 'port_scan'],
]);
const rows = [
  ...normal,
  ...during('e1', { cpu_busy_ratio: 1 }),
  ...during('e2', { forks_per_second: 400, processes: 100, tcp_established: 90 }),
  ...during('e3', { cpu_busy_ratio: 0.9, label: 'normal', phase: 'normal' }),
  ...during('e4', {}),
];
const all = movesOf(rows, KNOWN, scenarioOf, STEP_SECONDS);

describe("the demo's table of what moved", () => {
  it('has the scenarios that were run, with the columns of nodes that they name', () => {
    expect(all.map(({ scenario }) => scenario.name)).to.deep.equal([
      'cpu_burn',
      'fork_burst',
      'port_scan',
      'load_spike',
    ]);
    expect(all[0]?.expected.map(({ column }) => column)).to.deep.equal(['cpu_busy_ratio']);
  });

  it('says what moved as it should, what did not, what cannot be seen, and what else moved', () => {
    const table = moveTable(all);
    expect(table[0]).to.match(/^ {2}cpu_burn +attack +✓ cpu_busy_ratio 60$/);
    expect(table.find((line) => line.includes('port_scan'))).to.match(
      /port_scan +attack +– tcp_resets_sent_per_second \(not to be seen here\)$/,
    );
    const forks = table
      .filter((_, i) => i >= table.findIndex((line) => line.includes('fork_burst')))
      .slice(0, 2);
    expect(forks.join('\n')).to.match(
      /missing: processes 0\.0 +also tcp_established 87\n +✓ forks_per_second 539$/,
    );
    expect(table.at(-1)).to.match(/load_spike +benign +✓ cpu_busy_ratio 53$/);
  });

  it('does not count a benign workload as normal time', () => {
    const only = movesOf(rows, KNOWN, new Map([['e3', 'load_spike']]), STEP_SECONDS);
    expect(only[0]?.expected.find(({ column }) => column === 'cpu_busy_ratio')?.effect).to.be.above(5);
  });

  it('compares an episode with the normal time beside it, and takes no fall for the move that was to be', () => {
    const raised = KNOWN.filter(({ name }) => name === 'port_scan').map((own) => ({
      ...own,
      moves: ['listening_sockets' as const],
    }));
    const level = (sockets: number) =>
      Array.from({ length: 8 }, () => ({ ...normal[0], listening_sockets: sockets }));
    const table = (during_: number, later: number) => {
      const inside = during('e4', { listening_sockets: during_ });
      return moveTable(
        movesOf([...level(10), ...inside, ...level(10), ...level(later)], raised, scenarioOf, STEP_SECONDS),
      )[0];
    };
    // Whatever came up afterwards is not its doing, and a fall is not what it was to do.
    expect(table(10, 30)).to.include('missing: listening_sockets 0.0');
    expect(table(4, 10)).to.include('missing: listening_sockets -6.0');
    expect(table(16, 10)).to.include('✓ listening_sockets 6.0');
  });

  it('counts the rows of each class', () => {
    expect(countBy(rows, 'phase')).to.equal('normal 24, attack 12');
  });
});
