import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { parseMemberships, pathIn } from '../../../exporter/cgroups/membership.ts';
import { anyCharacter } from '../../support/any-character.ts';

const PATH = 'proc/7/cgroup';
const POD = '/kubepods/burstable/pod6f0f6f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6';

describe('parseMemberships', () => {
  it('reads the hybrid of both versions', () => {
    const text = `12:cpu,cpuacct:${POD}\n4:memory:/a:b\n1:name=systemd:/x\n0::/unified\n`;
    expect(parseMemberships(text, PATH)).to.deep.equal([
      { id: 12, controllers: 'cpu,cpuacct', path: POD },
      { id: 4, controllers: 'memory', path: '/a:b' },
      { id: 1, controllers: 'name=systemd', path: '/x' },
      { id: 0, controllers: '', path: '/unified' },
    ]);
  });

  it('reads an empty file: a process without cgroups', () => {
    expect(parseMemberships('', PATH)).to.deep.equal([]);
  });

  for (const text of ['x', '1:memory', '1:memory:relative', ':memory:/', '0:']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseMemberships(text, PATH)).to.throw(SourceError, 'proc/7/cgroup: expected');
    });
  }

  it('throws nothing but SourceError', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        try {
          parseMemberships(text, PATH);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
    );
  });
});

describe('pathIn', () => {
  const TEXT = '4:memory:/a:b\n14:memory:/no\n2:cpu,cpuacct:/x\n0::/../y\n';
  const cases: [id: number, controllers: string, path: string | undefined][] = [
    [4, 'memory', '/a:b'],
    [2, 'cpu,cpuacct', '/x'],
    [0, '', '/../y'],
    [2, 'cpu', undefined],
    [1, 'memory', undefined],
  ];
  for (const [id, controllers, path] of cases) {
    it(`of ${id}:${controllers} is ${path}`, () => expect(pathIn(TEXT, { id, controllers })).to.equal(path));
  }

  it('is what parseMemberships finds, for any text that it understands', () => {
    const line = fc.tuple(fc.nat(20), fc.constantFrom('', 'memory', 'cpu,cpuacct', 'name=x'), fc.string());
    fc.assert(
      fc.property(fc.uniqueArray(line, { selector: ([id]) => id }), fc.boolean(), (lines, isCut) => {
        const shown = lines.map(
          ([id, controllers, rest]) => [id, controllers, rest.replaceAll('\n', '')] as const,
        );
        const text = shown.map(([id, controllers, rest]) => `${id}:${controllers}:/${rest}`).join('\n');
        for (const { id, controllers, path } of parseMemberships(text, PATH)) {
          expect(pathIn(isCut ? text : `${text}\n`, { id, controllers })).to.equal(path);
        }
      }),
    );
  });
});
