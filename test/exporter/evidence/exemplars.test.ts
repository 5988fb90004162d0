import { expect } from 'chai';
import fc from 'fast-check';
import { Exemplars } from '../../../exporter/evidence/exemplars.ts';

const TIME = '2026-11-23T14:00:00.123456789Z';
const OWNER = { namespace: 'shop', pod: 'web-0', container: 'web' };
const EXEC = { name: 'a_rule', on: 'exec' } as const;
const plain = (text: string) => text;

describe('evidence: exemplars', () => {
  it('are the newest match of a rule in a container, and no other series has them', () => {
    const exemplars = new Exemplars();
    exemplars.note(EXEC, OWNER, { pid: 1, path: '/bin/sh', name: 'sh' }, {}, TIME);
    exemplars.note(EXEC, OWNER, { pid: 2, path: '/bin/bash', name: 'bash' }, {}, TIME);
    const of = (labels: object) => exemplars.of({ rule: 'a_rule', ...OWNER, ...labels }, plain);
    expect(of({})).to.deep.equal({ labels: { pid: '2', path: '/bin/bash' }, seconds: 1_795_442_400.123 });
    for (const other of [{ rule: 'b' }, { pod: 'web-1' }, { container: 'x' }])
      expect(of(other)).to.equal(undefined);
  });

  it('of connections are those of the pod', () => {
    const exemplars = new Exemplars();
    exemplars.note(
      { name: 'r', on: 'connection' },
      OWNER,
      { pid: 7, port: 443n, address: '203.0.113.9' },
      {},
      TIME,
    );
    const series = { rule: 'r', namespace: 'shop', pod: 'web-0' };
    expect(exemplars.of(series, plain)?.labels).to.deep.equal({
      pid: '7',
      port: '443',
      address: '203.0.113.9',
    });
  });

  it('have 128 characters at most, of a long path the end, and no secrets', () => {
    const path = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(path, fc.nat(4_194_304), (text, pid) => {
        const exemplars = new Exemplars();
        exemplars.note(EXEC, OWNER, { pid, path: text }, {}, TIME);
        const { labels = {} } = exemplars.of({ rule: 'a_rule', ...OWNER }, plain) ?? {};
        const all = Object.entries(labels).flat().join('');
        expect([...all].length).to.be.at.most(128);
        const shown = (labels['path'] ?? '').replace(/^…/, '');
        expect(text.endsWith(shown)).to.equal(true);
      }),
    );
    const exemplars = new Exemplars();
    exemplars.note(EXEC, OWNER, { pid: 1, path: '/tmp/secret' }, {}, TIME);
    const redact = (text: string) => text.replace('secret', '…');
    expect(exemplars.of({ rule: 'a_rule', ...OWNER }, redact)?.labels['path']).to.equal('/tmp/…');
  });

  it('are bounded in number', () => {
    const exemplars = new Exemplars();
    for (let i = 0; i < 6_000; i++)
      exemplars.note(EXEC, { ...OWNER, pod: `p${i}` }, { path: '/x' }, { pid: i }, TIME);
    const of = (pod: string) => exemplars.of({ rule: 'a_rule', ...OWNER, pod }, plain);
    expect([of('p0'), of('p999'), of('p1000')?.labels['pid']]).to.deep.equal([undefined, undefined, '1000']);
  });
});
