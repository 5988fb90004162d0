import { expect } from 'chai';
import { DOOR, type House } from '../../../tools/architecture/layers.ts';
import { importsOf, violations } from './check.ts';

const room = (name: string) => ({ name, holds: 'Something.' });

const HOUSES: readonly House[] = [
  { name: 'common', holds: 'Tools.', uses: [], layers: [[room(DOOR)]] },
  {
    name: 'shop',
    holds: 'Wares.',
    uses: ['common'],
    layers: [[room('cellar')], [room('left'), room('right')], [room(DOOR)]],
  },
  { name: 'street', holds: 'People.', uses: ['shop/left'], layers: [[room(DOOR)]] },
];

/** A tree without a fault, and the modules in it that are others. */
function found(others: Readonly<Record<string, string>>, exceptions?: Parameters<typeof violations>[2]) {
  const modules = {
    'common/log.ts': '',
    'shop/cellar/wine.ts': "import { log } from '../../common/log.ts';",
    'shop/left/shelf.ts': "import type { Wine } from '../cellar/wine.ts';\nimport './deep/box.ts';",
    'shop/left/deep/box.ts': "export * from '../../cellar/wine.ts';",
    'shop/right/shelf.ts': "const wine = await import('../cellar/wine.ts');\nimport fs from 'node:fs';",
    'shop/main.ts': "import { a } from './left/shelf.ts';\nimport { b } from './cellar/wine.ts';",
    'street/main.ts': "import { a } from '../shop/left/deep/box.ts';",
    'tools/x.ts': "import { a } from '../shop/cellar/wine.ts';",
    ...others,
  };
  return violations(new Map(Object.entries(modules)), HOUSES, exceptions);
}

describe('the check of layers', () => {
  it('finds nothing where all goes downward', () => expect(found({})).to.deep.equal([]));

  const cases: Record<string, [module: string, text: string, why: string]> = {
    'an import upward': [
      'shop/cellar/x.ts',
      "import { a } from '../left/shelf.ts';",
      'shop/cellar is below shop/left',
    ],
    'a type that is imported upward': [
      'shop/cellar/x.ts',
      "import type {\n  A,\n} from '../main.ts';",
      'shop/cellar is below shop',
    ],
    'an import sideways': [
      'shop/left/x.ts',
      "import { a } from '../right/shelf.ts';",
      'shop/left is beside shop/right',
    ],
    'an import of a subfolder upward': [
      'shop/cellar/x.ts',
      "import '../left/deep/box.ts';",
      'shop/cellar is below shop/left',
    ],
    'what is loaded later': [
      'shop/cellar/x.ts',
      "const a = import('../right/shelf.ts');",
      'shop/cellar is below shop/right',
    ],
    'what is exported again': [
      'shop/cellar/x.ts',
      "export { a } from '../right/shelf.ts';",
      'shop/cellar is below shop/right',
    ],
    'a house that is not used': [
      'common/x.ts',
      "import '../shop/left/shelf.ts';",
      'common does not use shop/left',
    ],
    'a room that is not used': [
      'street/x.ts',
      "import '../shop/right/shelf.ts';",
      'street does not use shop/right',
    ],
    'what is in no house': ['shop/left/x.ts', "import '../../tools/x.ts';", 'shop does not use it'],
  };
  for (const [name, [module, text, why]] of Object.entries(cases)) {
    it(`finds ${name}`, () => {
      const lines = found({ [module]: text });
      expect(lines).to.have.length(1);
      expect(lines[0]).to.match(new RegExp(`^${module} imports .*: ${why}$`));
    });
  }

  it('finds a folder that is in no layer, and a room without a folder', () => {
    expect(found({ 'shop/attic/x.ts': '' })).to.deep.equal(['shop/attic/x.ts: shop/attic is in no layer']);
    const bare = new Map([['common/log.ts', '']]);
    expect(violations(bare, HOUSES.slice(0, 2))).to.include(
      'shop/cellar is in a layer, and there is no such folder',
    );
  });

  it('lets an exception pass, and finds one that is needed no more', () => {
    const exceptions = [{ from: 'shop/cellar/x.ts', to: 'shop/left/shelf.ts', until: 'it is mended' }];
    const text = "import { a } from '../left/shelf.ts';";
    expect(found({ 'shop/cellar/x.ts': text }, exceptions)).to.deep.equal([]);
    expect(found({}, exceptions)).to.deep.equal(['the exception for shop/cellar/x.ts is needed no more']);
    expect(found({ 'shop/cellar/y.ts': text, 'shop/cellar/x.ts': text }, exceptions)).to.have.length(1);
  });

  it('reads imports of any form, and no package', () => {
    const text = `import a from './a.ts';
import type { B } from "x";
import {
  c,
} from '../c.ts';
export * from './d/e.ts';
const f = await import('./f.ts');
import 'node:fs';`;
    expect(importsOf('house/room/x.ts', text)).to.deep.equal([
      'house/room/a.ts',
      'house/c.ts',
      'house/room/d/e.ts',
      'house/room/f.ts',
    ]);
  });
});
