import { expect } from 'chai';
import fc from 'fast-check';
import type { RuleEvent, RuleKind } from '../../../exporter/catalogue/events/fields.ts';
import { RULE_KINDS } from '../../../exporter/catalogue/events/fields.ts';
import { partOf } from '../../../exporter/catalogue/events/record.ts';
import { type Match, type Numbering, recordLine, type Writing } from '../../../exporter/evidence/record.ts';
import { redactArguments } from '../../../exporter/evidence/redaction/arguments.ts';
import { redact } from '../../../exporter/evidence/redaction/redact.ts';
import type { RuleOn } from '../../../exporter/rules/model.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { parseRecord } from './support.ts';

const OWN: Readonly<Record<RuleKind, string>> = {
  exec: 'condition: in_container',
  connection: 'condition: is_external',
  pod: 'condition: privileged || host_paths.size() > 0',
  file: 'paths: [/etc/passwd]',
  log: 'files: [/var/log/auth.log]\n    condition: line != ""',
};

function ruleOn<K extends RuleKind>(kind: K): RuleOn<K> {
  const text = `rules:\n  - name: a_rule\n    on: ${kind}\n    severity: warning\n    mitre: T1609\n    description: What happened.\n    ${OWN[kind]}\n`;
  return parseRules(text, 'rules.yaml').rules[0] as RuleOn<K>;
}

const PLAIN: Writing & Numbering = {
  id: '1790000000000-7',
  node: 'node-1',
  suppressed: 0,
  redact: (text) => text,
  redactArguments: (args) => args,
  withArguments: true,
};

const TIME = '2026-11-23T14:00:00.123456789Z';
const OWNER = { namespace: 'shop', pod: 'web-0', container: 'web' };
const HEAD = {
  id: PLAIN.id,
  time: TIME,
  node: 'node-1',
  rule: 'a_rule',
  severity: 'warning',
  mitre: 'T1609',
  description: 'What happened.',
  ...OWNER,
  image: 'shop/web:1',
};

const EVENTS: { readonly [K in RuleKind]: Pick<Match<K>, 'event' | 'more'> & { readonly own: object } } = {
  exec: {
    event: {
      path: '/bin/sh',
      name: 'sh',
      args: ['sh', '-c', 'id'],
      in_container: true,
      cgroup: '/kubepods/x',
      container: 'web',
      pod_namespace: 'shop',
      pod: 'web-0',
      image: 'shop/web:1',
      started_by: 'service',
      parent_path: '/usr/sbin/nginx',
      parent_name: 'nginx',
      uid: 33n,
      tty: false,
      cwd: '/srv',
    },
    more: { pid: 42, parent_pid: 41, given_path: './sh' },
    own: {
      path: '/bin/sh',
      name: 'sh',
      args: ['sh', '-c', 'id'],
      in_container: true,
      cgroup: '/kubepods/x',
      given_path: './sh',
      pid: 42,
      parent_pid: 41,
      started_by: 'service',
      parent_path: '/usr/sbin/nginx',
      parent_name: 'nginx',
      uid: 33,
      tty: false,
      cwd: '/srv',
    },
  },
  connection: {
    event: {
      address: '203.0.113.9',
      port: 443n,
      is_external: true,
      is_cluster: false,
      is_loopback: false,
      is_link_local: false,
      in_container: true,
      pod_namespace: 'shop',
      pod: 'web-0',
    },
    more: { pid: 42, program: '/usr/bin/curl' },
    own: {
      address: '203.0.113.9',
      port: 443,
      is_external: true,
      is_cluster: false,
      is_loopback: false,
      is_link_local: false,
      in_container: true,
      pid: 42,
      program: '/usr/bin/curl',
    },
  },
  pod: {
    event: {
      pod_namespace: 'shop',
      pod: 'web-0',
      labels: new Map([['app', 'web']]),
      service_account: 'web',
      host_network: true,
      host_pid: false,
      host_ipc: false,
      host_paths: ['/etc'],
      host_ports: [80n],
      privileged: true,
      privilege_escalation: false,
      capabilities: [],
      run_as_root: false,
      images: ['shop/web:1'],
    },
    more: {},
    own: { host_paths: ['/etc'], privileged: true },
  },
  file: {
    event: { path: '/etc/passwd', change: 'content', mode: 0o644n, uid: 0n, gid: 0n, size: 1_024n },
    more: {},
    own: { path: '/etc/passwd', change: 'content', mode: 0o644, uid: 0, gid: 0, size: 1_024 },
  },
  log: {
    event: {
      line: 'login failed',
      decoded: 'login failed',
      path: '/var/log/pods/x',
      stream: 'stderr',
      pod_namespace: 'shop',
      pod: 'web-0',
      container: 'web',
    },
    more: { times: 3 },
    own: { line: 'login failed', path: '/var/log/pods/x', stream: 'stderr', times: 3 },
  },
};

function lineOf<K extends RuleKind>(
  kind: K,
  own: Partial<Match<K>> = {},
  writing: Partial<Writing & Numbering> = {},
): string {
  const { event, more } = EVENTS[kind];
  const match = { rule: ruleOn(kind), time: TIME, owner: OWNER, image: 'shop/web:1', event, more };
  const how = { ...PLAIN, ...writing };
  return recordLine<K>({ ...match, ...own } as unknown as Match<K>, how, how);
}

/** Whatever a process, a file or a log can hold: any UTF-16, halves of characters among it, and much of it. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '\ud800',
    'a\udc00b',
    '"}\n{"rule":"forged"}',
    '\\',
    '\u2028\u0085\u009b31m',
    '\0',
    '…[+1]',
  ),
  fc.integer({ min: 4_000, max: 100_000 }).map((length) => 'ä"\n'.repeat(length / 3)),
);

describe('evidence: records', () => {
  for (const kind of RULE_KINDS) {
    it(`of kind ${kind} have all that is known, and are valid`, () => {
      expect(parseRecord(lineOf(kind))).to.deep.equal({
        ...HEAD,
        on: kind,
        [partOf(kind)]: EVENTS[kind].own,
      });
    });
  }

  it('leave out what could not be told, and tell how many were held back', () => {
    const event: RuleEvent<'exec'> = { path: '/bin/sh', name: 'sh' };
    const owner = { namespace: '', pod: '_unknown', container: '' };
    const record = parseRecord(
      lineOf('exec', { event, more: { pid: 7 }, owner, image: undefined }, { suppressed: 12 }),
    );
    expect(record['exec']).to.deep.equal({ path: '/bin/sh', name: 'sh', pid: 7 });
    expect(record).not.to.have.property('image');
    expect(record.suppressed).to.equal(12);
  });

  it('have no arguments where none are wanted', () => {
    expect(parseRecord(lineOf('exec', {}, { withArguments: false }))['exec']).not.to.have.property('args');
  });

  it('are one valid line of bounded length, whatever the texts are', () => {
    const writing = { redact, redactArguments };
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 6 }), (text, args) => {
        const exec = lineOf(
          'exec',
          {
            event: { path: text, name: text, args, cgroup: text, cwd: text },
            more: { pid: 1, given_path: text },
          },
          writing,
        );
        const log = lineOf('log', { event: { ...EVENTS.log.event, line: text, path: text } }, writing);
        const pod = lineOf('pod', { event: { ...EVENTS.pod.event, host_paths: args }, image: text }, writing);
        for (const line of [exec, log, pod]) {
          parseRecord(line);
          expect(line.length).to.be.below(200_000);
          expect(line).not.to.match(/[\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('mark what was cut off, by how much', () => {
    const long = 'x'.repeat(5_000);
    const { args } = parseRecord(
      lineOf('exec', { event: { ...EVENTS.exec.event, args: ['sh', long, long] } }),
    )['exec'] as { args: string[] };
    expect(args).to.deep.equal(['sh', `${'x'.repeat(4_094)}…[+906]`, '…[+5000]']);
    const { line } = parseRecord(
      lineOf('log', { event: { ...EVENTS.log.event, line: `${long} `.repeat(4) } }),
    )['log'] as {
      line: string;
    };
    expect(line).to.equal(`${'x'.repeat(4_096)}…[+${4 * 5_001 - 4_096}]`);
  });

  it('never hold a part of a secret that was cut in two', () => {
    const secret = 'password=Tr0ub4dor3Tr0ub4dor3Tr0ub4dor3';
    for (let before = 16_340; before < 16_400; before += 7) {
      const line = `${'x '.repeat(before / 2)}${secret}`;
      expect(lineOf('log', { event: { ...EVENTS.log.event, line } }, { redact })).not.to.contain('Tr0ub');
    }
  });
});
