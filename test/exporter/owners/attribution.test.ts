import { expect } from 'chai';
import type { Place } from '../../../exporter/cgroups/place.ts';
import { containerKey, containerLabels, podLabels } from '../../../exporter/owners/attribution.ts';
import { type ContainerNames, NO_NAMES } from '../../../exporter/owners/names.ts';

const ID = '0123456789abcdef'.repeat(4);
const UID = '6f0f6f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6';

const place = (podUid: string | undefined, containerId: string | undefined): Place => ({
  podUid,
  containerId,
  runtime: 'unknown',
  path: '/x',
});

const names = (sandbox: boolean): ContainerNames => ({
  ...NO_NAMES,
  container: (id) => (id === 'known' ? { namespace: 'shop', pod: 'web-0', container: 'nginx' } : undefined),
  pod: (uid) => (uid === UID ? { namespace: 'shop', pod: 'web-0' } : undefined),
  isSandbox: () => sandbox,
});

describe('containerLabels', () => {
  it('leaves the host empty', () => {
    expect(containerLabels(undefined, names(true))).to.deep.equal({ namespace: '', pod: '', container: '' });
  });

  it('names a container that is known', () => {
    const labels = { namespace: 'shop', pod: 'web-0', container: 'nginx' };
    expect(containerLabels(place(UID, 'known'), names(false))).to.deep.equal(labels);
  });

  it('gives an unknown container of an unknown pod its short id', () => {
    const labels = { namespace: '', pod: '', container: '0123456789ab' };
    expect(containerLabels(place(UID, ID), NO_NAMES)).to.deep.equal(labels);
    expect(containerLabels(place(undefined, ID), NO_NAMES)).to.deep.equal(labels);
  });

  it('gives an unknown container of a known pod its short id', () => {
    const labels = { namespace: 'shop', pod: 'web-0', container: '0123456789ab' };
    expect(containerLabels(place(UID, ID), names(false))).to.deep.equal(labels);
  });

  it('gives the sandbox, and what lies outside of the containers, the pod with an empty container', () => {
    const labels = { namespace: 'shop', pod: 'web-0', container: '' };
    expect(containerLabels(place(UID, ID), names(true))).to.deep.equal(labels);
    expect(containerLabels(place(UID, undefined), names(false))).to.deep.equal(labels);
  });

  it('never takes what lies in an unknown pod for the host', () => {
    expect(containerLabels(place(UID, undefined), NO_NAMES).container).to.equal('6f0f6f0a-1b2');
  });
});

describe('podLabels', () => {
  const cases: [string, Place | undefined, ContainerNames, { namespace: string; pod: string }][] = [
    ['the host', undefined, names(true), { namespace: '', pod: '' }],
    ['a known pod', place(UID, ID), names(false), { namespace: 'shop', pod: 'web-0' }],
    [
      'a pod known by its container',
      place(undefined, 'known'),
      names(true),
      { namespace: 'shop', pod: 'web-0' },
    ],
    ['an unknown pod', place(UID, ID), NO_NAMES, { namespace: '', pod: '6f0f6f0a-1b2' }],
    ['a container without a pod', place(undefined, ID), NO_NAMES, { namespace: '', pod: '0123456789ab' }],
  ];
  for (const [what, where, known, labels] of cases) {
    it(what, () => expect(podLabels(where, known)).to.deep.equal(labels));
  }
});

describe('containerKey', () => {
  it('tells names apart whatever they hold', () => {
    const one = containerKey({ namespace: 'a","b', pod: '', container: '' });
    expect(one).not.to.equal(containerKey({ namespace: 'a', pod: 'b', container: '' }));
  });
});
