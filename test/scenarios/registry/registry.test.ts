import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { NODE_COLUMNS, POD_COLUMNS } from '../../../scenarios/scenario/columns.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { ROOT } from '../../support/paths.ts';

const FOLDERS = { attack: 'attacks', benign: 'benign' } as const;

describe('scenarios', () => {
  it('are the twelve attacks and the three that are like them', () => {
    const named = (role: string) => SCENARIOS.filter((one) => one.role === role).map(({ name }) => name);
    expect(named('attack')).to.have.members([
      'cpu_burn',
      'http_flood',
      'connection_exhaustion',
      'port_scan',
      'brute_force',
      'fork_burst',
      'memory_leak',
      'disk_thrash',
      'file_tamper',
      'implant',
      'exfiltration_burst',
      'risky_pod',
    ]);
    expect(named('benign')).to.have.members(['load_spike', 'batch_job', 'admin_exec']);
  });

  it('are all of those that there are files of', () => {
    const files = Object.values(FOLDERS).flatMap((folder) => readdirSync(join(ROOT, 'scenarios', folder)));
    expect(files).to.have.length(SCENARIOS.length);
  });

  it('cannot name a column that there is not', () => {
    // @ts-expect-error: the compiler knows the catalogue's columns
    const moves: Scenario['moves'] = ['cpu_bussy_ratio'];
    expect([...NODE_COLUMNS, ...POD_COLUMNS]).not.to.include.members([...moves]);
  });

  for (const { name, role, moves, parameters, technique } of SCENARIOS) {
    it(`${name} has its file, its technique, columns that there are, and defaults within its caps`, () => {
      const file = `${name.replaceAll('_', '-')}.ts`;
      expect(existsSync(join(ROOT, 'scenarios', FOLDERS[role], file)), file).to.equal(true);
      expect(technique).to.match(/^T\d{4}/);
      expect(moves).not.to.deep.equal([]);
      expect([...NODE_COLUMNS, ...POD_COLUMNS]).to.include.members([...moves]);
      expect(new Set(moves).size).to.equal(moves.length);
      for (const parameter of Object.values(parameters)) {
        expect(parameter.default).to.be.above(0).and.at.most(parameter.most);
      }
    });
  }
});
