import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXCEPTIONS, HOUSES } from '../../../tools/architecture/layers.ts';
import { architecturePage } from '../../../tools/architecture/page.ts';
import { ROOT } from '../../support/paths.ts';
import { violations } from './check.ts';

const names = HOUSES.map(({ name }) => name);

/** All modules of the houses with their texts. */
function modules(): Map<string, string> {
  const paths = names.flatMap((house) =>
    readdirSync(join(ROOT, house), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
      .map((path) => join(house, path)),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

describe('the layers of the house', () => {
  it('every import goes downward, and every folder is in a layer', () => {
    const all = modules();
    expect(all.size).to.be.greaterThan(500);
    expect(violations(all, HOUSES, EXCEPTIONS)).to.deep.equal([]);
  });

  it('a house stands after those that it uses, so that houses form no cycle either', () => {
    for (const [i, { name, uses }] of HOUSES.entries()) {
      const before = names.slice(0, i);
      for (const used of uses) expect(before, name).to.include(used.split('/')[0]);
    }
  });

  it('an import against the layers is found when it is planted into this tree', () => {
    const all = modules();
    const wrong = [
      ['exporter/kernel/kernel-file.ts', '../scrape/scrape.ts', 'exporter/kernel is below exporter/scrape'],
      ['exporter/rules/load.ts', '../netns/each.ts', 'exporter/rules is beside exporter/netns'],
      ['common/cli.ts', '../exporter/base/errors.ts', 'common does not use exporter/base'],
      ['builder/main.ts', '../exporter/host/host.ts', 'builder does not use exporter/host'],
      ['exporter/main.ts', '../tools/programs/wait.ts', 'exporter does not use it'],
    ] as const;
    for (const [module, path, why] of wrong) {
      const text = all.get(module);
      expect(text, module).to.be.a('string');
      const planted = new Map(all).set(module, `import { x } from '${path}';\n${text}`);
      const found = violations(planted, HOUSES, EXCEPTIONS);
      expect(found).to.have.length(1);
      expect(found[0]).to.match(new RegExp(`^${module} imports .*: ${why}$`));
    }
  });

  it('every module that the page names is there', () => {
    const page = architecturePage(HOUSES, EXCEPTIONS);
    const all = [...modules().keys()];
    const named = [...page.matchAll(/`((?:common|exporter|dataset|builder|scenarios|detector)\/[^`*]*)`/g)];
    expect(named.length).to.be.greaterThan(50);
    for (const [, path = ''] of named) {
      expect(
        all.some((module) => (path.endsWith('/') ? module.startsWith(path) : module === path)),
        path,
      ).to.equal(true);
    }
  });
});
