import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockedPackages } from './support/lock-file.ts';
import { ROOT } from './support/paths.ts';

/** Packages that would run a script when they are installed, and why nothing is missing without. */
const UNRUN: Readonly<Record<string, string>> = {
  'node_modules/protobufjs': 'it only warns of versions that are written in an unusual way',
};

describe('package-lock.json', () => {
  const packages = [...lockedPackages()];

  it('holds every package to its bytes', () => {
    expect(packages.length).to.be.greaterThan(100);
    const loose = packages.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
    expect(loose.map(([path]) => path)).to.deep.equal([]);
  });

  it('names no server: each comes from the registry that the machine has, or not at all', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).to.deep.equal([]);
    const loose = packages.filter(([, { version }]) => !/^\d+\.\d+\.\d+/.test(version));
    expect(loose.map(([path]) => path)).to.deep.equal([]);
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).to.match(/^omit-lockfile-registry-resolved=true$/m);
  });

  it('no package runs anything when it is installed, whatever it would like to', () => {
    const wanting = packages.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path);
    expect(wanting).to.have.members(Object.keys(UNRUN));
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).to.match(/^ignore-scripts=true$/m);
  });
});
