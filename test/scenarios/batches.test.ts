import { expect } from 'chai';
import fc from 'fast-check';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { NODE_COLUMNS, POD_COLUMNS } from '../../scenarios/scenario/columns.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { UNTOLD } from './support/attribution.ts';
import { batchesOf, meet } from './support/batches.ts';

type Told = Pick<Scenario, 'name' | 'role' | 'moves'>;

const attack = (name: string, ...moves: Scenario['moves'][number][]): Told => ({
  name,
  role: 'attack',
  moves,
});
const benign = (name: string, ...moves: Scenario['moves'][number][]): Told => ({
  name,
  role: 'benign',
  moves,
});

const columns = fc.uniqueArray(fc.constantFrom(...NODE_COLUMNS, ...POD_COLUMNS), {
  minLength: 1,
  maxLength: 6,
});
const told = fc.record({ role: fc.constantFrom('attack' as const, 'benign' as const), moves: columns });
const several = fc
  .array(told, { maxLength: 30 })
  .map((all) => all.map((one, i): Told => ({ name: `s${i}`, ...one })));

describe('batches of scenarios', () => {
  it('let those be on together whose pods tell them apart', () => {
    expect(
      meet(attack('a', 'tcp_established'), attack('b', 'tcp_established', 'suspicious_processes')),
    ).to.equal(false);
    expect(meet(attack('a', 'filesystem_used_ratio'), attack('b', 'network_sniffers'))).to.equal(false);
  });

  it('keep those apart who move the same column of the machine', () => {
    expect(meet(attack('a', 'file_changes_per_second'), attack('b', 'file_changes_per_second'))).to.equal(
      true,
    );
    expect(meet(attack('a', 'filesystem_used_ratio'), benign('b', 'filesystem_used_ratio'))).to.equal(true);
  });

  it('leave an attack alone that is about what any other moves a little', () => {
    for (const column of ['io_pressure_ratio', 'cpu_pressure_ratio', 'forks_per_second'] as const)
      expect(meet(attack('a', column), attack('b', 'network_sniffers')), column).to.equal(true);
  });

  it('put a few quiet attacks, and nothing else, beside one on CPU or disk whose pod tells its part', () => {
    const burn = attack('a', 'cpu_busy_ratio', 'container_cpu_cores');
    expect(meet(burn, attack('b', 'network_sniffers'))).to.equal(false);
    expect(meet(burn, attack('b', 'disk_write_bytes_per_second'))).to.equal(true);
    expect(meet(burn, benign('b', 'cpu_system_ratio', 'cpu_pressure_ratio'))).to.equal(true);
    const quiet = Array.from({ length: 8 }, (_, i) => attack(`q${i}`, 'network_sniffers'));
    const sizes = batchesOf([burn, ...quiet], 8, 1).map((batch) => (batch.includes(burn) ? batch.length : 0));
    expect(Math.max(...sizes)).to.be.at.most(4);
  });

  it('let nobody beside a benign workload move what it does not name', () => {
    const job = benign('job', 'cpu_system_ratio', 'cpu_pressure_ratio');
    expect(meet(job, attack('a', 'network_sniffers'))).to.equal(false);
    expect(meet(job, attack('a', 'file_changes_per_second'))).to.equal(true);
    expect(meet(benign('other', 'processes'), attack('a', 'network_sniffers'))).to.equal(true);
    expect(meet(job, benign('other', 'filesystem_used_ratio'))).to.equal(true);
    expect(meet(job, benign('other', 'cpu_system_ratio', 'cpu_pressure_ratio'))).to.equal(false);
  });

  it('have every scenario once, no more than there are pods, and none that meet, whatever they are', () => {
    fc.assert(
      fc.property(several, fc.integer({ min: 1, max: 8 }), fc.nat(), (scenarios, most, seed) => {
        const batches = batchesOf(scenarios, most, seed);
        expect(batches.flat()).to.have.members(scenarios).and.have.length(scenarios.length);
        for (const batch of batches) {
          expect(batch.length).to.be.within(1, most);
          for (const [i, one] of batch.entries())
            for (const other of batch.slice(i + 1)) {
              expect(meet(one, other)).to.equal(false);
              expect(meet(other, one)).to.equal(false);
            }
        }
        expect(batchesOf(scenarios, most, seed)).to.deep.equal(batches);
      }),
    );
  });

  it('never credit two attacks with one untold column, whatever they are', () => {
    fc.assert(
      fc.property(several, fc.nat(), (scenarios, seed) => {
        for (const batch of batchesOf(scenarios, 6, seed)) {
          const named = batch
            .filter(({ role }) => role === 'attack')
            .flatMap(({ moves }) => moves.filter((column) => UNTOLD.has(column)));
          expect(new Set(named).size).to.equal(named.length);
        }
      }),
    );
  });

  it('differ from seed to seed, and are fewer than scenarios', () => {
    const names = (seed: number) =>
      batchesOf(SCENARIOS, 5, seed).map((batch) => batch.map(({ name }) => name));
    expect(names(1)).not.to.deep.equal(names(2));
    expect(names(1).length).to.be.below(SCENARIOS.length);
  });
});
