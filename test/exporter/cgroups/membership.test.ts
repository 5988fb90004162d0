import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { parseMembership, placeOfMember, resolveFrom } from '../../../exporter/cgroups/membership.ts';

const PATH = 'proc/7/cgroup';
const ID = '0123456789abcdef'.repeat(4);
const POD = '/kubepods/burstable/pod6f0f6f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6';

describe('parseMembership', () => {
  it('reads the hybrid of both versions', () => {
    const text = `12:cpu,cpuacct:${POD}\n4:memory:/a:b\n1:name=systemd:/x\n0::/unified\n`;
    const { unified, v1 } = parseMembership(text, PATH);
    expect(unified).to.equal('/unified');
    expect([...v1]).to.deep.equal([
      ['cpu,cpuacct', POD],
      ['memory', '/a:b'],
      ['name=systemd', '/x'],
    ]);
  });

  it('reads an empty file: a process without cgroups', () => {
    expect(parseMembership('', PATH)).to.deep.equal({ unified: undefined, v1: new Map() });
  });

  for (const text of ['x', '1:memory', '1:memory:relative', ':memory:/', '0:']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseMembership(text, PATH)).to.throw(SourceError, 'proc/7/cgroup: expected');
    });
  }

  it('throws nothing but SourceError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          parseMembership(text, PATH);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
    );
  });
});

describe('placeOfMember', () => {
  const placeIn = (text: string) => placeOfMember(parseMembership(text, PATH))?.containerId;

  it('finds the container in pure v2', () => {
    expect(placeIn(`0::${POD}/${ID}\n`)).to.equal(ID);
  });

  it('finds it in v1 where the v2 hierarchy is systemd’s alone', () => {
    const text = `5:cpuset:/\n4:memory:${POD}/${ID}\n1:name=systemd:/system.slice\n0::/system.slice/x.service\n`;
    expect(placeIn(text)).to.equal(ID);
  });

  for (const controllers of ['cpu,cpuacct', 'cpuacct', 'pids', 'name=systemd', 'freezer']) {
    it(`finds it where only ${controllers} has it`, () => {
      expect(placeIn(`9:devices:/\n3:${controllers}:${POD}/${ID}\n0::/\n`)).to.equal(ID);
    });
  }

  it('prefers a container to its pod', () => {
    expect(placeIn(`4:memory:${POD}\n3:pids:${POD}/${ID}\n0::${POD}\n`)).to.equal(ID);
  });

  it('is the host everywhere else', () => {
    expect(placeOfMember(parseMembership('4:memory:/system.slice\n0::/\n', PATH))).to.equal(undefined);
  });
});

describe('resolveFrom', () => {
  const OWN = `${POD}/${ID}`;
  const cases: [string, string][] = [
    ['/', OWN],
    ['/nested', `${OWN}/nested`],
    ['/../other', `${POD}/other`],
    ['/../../../../init.scope', '/init.scope'],
    ['/../../../..', '/'],
  ];
  for (const [shown, absolute] of cases) {
    it(`${shown} is ${absolute}`, () => {
      const resolved = resolveFrom(OWN, shown);
      expect(resolved === '/' ? '/' : resolved.replace(/\/$/, '')).to.equal(absolute);
    });
  }
});
