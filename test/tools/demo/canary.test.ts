import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { makeCanaryFolder } from '../../../tools/demo/canary.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe("the demo's watched folder", () => {
  const path = temporaryPaths();
  const canaries = () => path('lib', 'kubevigil', 'canary');

  it('is made, and taken away with the folders above it that were made', () => {
    const undo = makeCanaryFolder(canaries());
    expect(existsSync(canaries())).to.equal(true);
    undo();
    expect(existsSync(path('lib'))).to.equal(false);
    expect(existsSync(path())).to.equal(true);
  });

  it('stays when it was there, and when somebody has put something in', () => {
    mkdirSync(canaries(), { recursive: true });
    makeCanaryFolder(canaries())();
    expect(existsSync(canaries())).to.equal(true);
    const undo = makeCanaryFolder(path('other', 'canary'));
    writeFileSync(path('other', 'ours'), '');
    undo();
    expect(existsSync(path('other', 'ours'))).to.equal(true);
  });
});
