import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { NODE_COLUMNS, POD_COLUMNS } from '../../../scenarios/scenario/columns.ts';
import { scenario } from '../../../scenarios/scenario/define.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { ROOT } from '../../support/paths.ts';

const FOLDERS = { attack: 'attacks', benign: 'benign' } as const;

describe('scenarios', () => {
  it('of every family of attacks have a benign workload that is taken for one', () => {
    const families = new Set(SCENARIOS.flatMap(({ family }) => family ?? []));
    const resembled = SCENARIOS.flatMap(({ resembles }) => resembles ?? []);
    expect(resembled).to.include.members([...families]);
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

  it('cannot lack a family, or what they are taken for', () => {
    const told = {
      name: 'x',
      help: '',
      technique: 'T1',
      moves: [],
      parameters: {},
      work: async () => {},
    } as const;
    // @ts-expect-error: an attack has a family
    scenario('attack', told);
    // @ts-expect-error: a benign workload is like an attack
    scenario('benign', { ...told, resembles: [] });
    // @ts-expect-error: who names a vulnerability tells how like it is
    scenario('attack', { ...told, family: 'web', cve: 'CVE-2014-6271' });
    expect(scenario('attack', { ...told, family: 'web' }).family).to.equal('web');
  });

  const { rules: defaults } = parse(
    readFileSync(join(ROOT, 'exporter', 'rules', 'default.yaml'), 'utf8'),
  ) as { rules: readonly { readonly name: string }[] };
  const defaultRules = defaults.map((rule) => rule.name);

  for (const { name, role, moves, parameters, technique, ...told } of SCENARIOS) {
    it(`${name} has its file, its technique, columns and rules that there are, and defaults within its caps`, () => {
      const file = `${name.replaceAll('_', '-')}.ts`;
      expect(existsSync(join(ROOT, 'scenarios', FOLDERS[role], file)), file).to.equal(true);
      expect(technique).to.match(/^T\d{4}(\.\d{3})?(, T\d{4}(\.\d{3})?)*$/);
      expect(moves).not.to.deep.equal([]);
      const all = [...moves, ...(told.movesInCluster ?? [])];
      expect([...NODE_COLUMNS, ...POD_COLUMNS]).to.include.members(all);
      expect(new Set(all).size).to.equal(all.length);
      expect(defaultRules).to.include.members([...(told.rules ?? [])]);
      for (const sentence of Object.values(told.likeness ?? {})) expect(sentence).to.match(/\S\.$/);
      for (const parameter of Object.values(parameters)) {
        expect(parameter.default).to.be.above(0).and.at.most(parameter.most);
      }
    });
  }
});
