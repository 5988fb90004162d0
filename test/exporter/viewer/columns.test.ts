import { expect } from 'chai';
import fc from 'fast-check';
import { inColumns } from '../../../exporter/viewer/columns.ts';
import { isWanted } from '../../../exporter/viewer/wanted.ts';

const HEAD = {
  id: '1-1',
  time: '2026-11-23T14:00:00.123456789Z',
  node: 'node-1',
  rule: 'a_rule',
  severity: 'critical',
  namespace: 'shop',
  pod: 'web-0',
  container: 'web',
};
const START = '2026-11-23 14:00:00.123  critical a_rule  node-1 shop/web-0/web  ';

describe('viewer: columns', () => {
  const cases: readonly (readonly [object, string])[] = [
    [
      {
        on: 'exec',
        exec: {
          path: '/bin/sh',
          args: ['sh', '-c', 'id; w'],
          pid: 7,
          uid: 33,
          parent_name: 'nginx',
          parent_pid: 6,
          cwd: '/srv',
        },
      },
      "/bin/sh  sh -c 'id; w'  (pid 7 uid 33 by nginx[6] in /srv)",
    ],
    [{ on: 'exec', exec: { path: '/bin/sh', pid: 7 }, suppressed: 12 }, '/bin/sh  (pid 7)  +12 held back'],
    [
      { on: 'connection', connection: { address: '2001:db8::1', port: 443, program: '/bin/x', pid: 7 } },
      '[2001:db8::1]:443  by /bin/x[7]',
    ],
    [{ on: 'connection', connection: { address: '203.0.113.9', port: 80 } }, '203.0.113.9:80'],
    [
      { on: 'file', file: { path: '/etc/passwd', change: 'content', mode: 420, uid: 0, size: 9 } },
      '/etc/passwd content  (mode 644 uid 0 9 bytes)',
    ],
    [{ on: 'file', file: { path: '/etc/x', change: 'deleted' } }, '/etc/x deleted'],
    [{ on: 'log', log: { path: '/var/log/x', line: 'failed' } }, '/var/log/x: failed'],
    [{ on: 'pod', pod_spec: { privileged: true } }, '{"privileged":true}'],
    [{ on: 'of_a_later_version' }, ''],
  ];
  for (const [own, told] of cases) {
    it(JSON.stringify(own).slice(0, 60), () => {
      const line = inColumns({ ...HEAD, ...own }, false);
      expect(line.startsWith(START)).to.equal(true);
      if (told !== '') expect(line).to.equal(START + told);
    });
  }

  it('tell of gaps, and of the host', () => {
    expect(inColumns({ type: 'gap', after: '1-1', upto: '1-9' }, false)).to.match(/1-1 to 1-9 are not held/);
    const host = {
      ...HEAD,
      namespace: '',
      pod: '',
      container: '',
      on: 'log',
      log: { path: 'journal', line: 'x' },
    };
    expect(inColumns(host, false)).to.contain('node-1 host  journal: x');
  });

  it('give a terminal nothing to obey, whatever a record holds', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const exec = { on: 'exec', pod: other, exec: { path: one, args: [other], cwd: one } };
        expect(inColumns({ ...HEAD, ...exec }, false)).not.to.match(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        const log = { on: 'log', rule: one, log: { path: other, line: one } };
        expect(inColumns({ ...HEAD, ...log }, false)).not.to.match(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      }),
    );
  });

  it('are of the rules and pods that are wanted, and gaps always', () => {
    const wants = (rules: string[], pods: string[]) => isWanted(HEAD, { rules, pods });
    expect([
      wants([], []),
      wants(['a_rule'], []),
      wants(['b', 'a_rule'], ['shop/web-0']),
      wants([], ['web-0']),
    ]).to.deep.equal(Array(4).fill(true));
    expect([wants(['b'], []), wants([], ['other/web-0']), wants(['a_rule'], ['web-1'])]).to.deep.equal(
      Array(3).fill(false),
    );
    expect(isWanted({ type: 'gap' }, { rules: ['b'], pods: [] })).to.equal(true);
    expect(isWanted({ type: 'heartbeat' }, { rules: [], pods: [] })).to.equal(false);
  });
});
