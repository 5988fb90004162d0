import { expect } from 'chai';
import type { RuleEvent, RuleKind } from '../../../exporter/catalogue/events/fields.ts';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST as HOST_OWNER } from '../../../exporter/owners/owners.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import type { Rule } from '../../../exporter/rules/model.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';

const CONTAINER = {
  in_container: true,
  cgroup: '/c',
  container: 'c',
  pod_namespace: 'n',
  pod: 'p',
  started_by: 'service',
};
const by = (started_by: string, tty = false) => ({ ...CONTAINER, started_by, tty });
const HOST = {
  in_container: false,
  cgroup: '/',
  container: '',
  pod_namespace: '',
  pod: '',
  started_by: '',
};

/** What the image and the pod's specification start by themselves. */
const OWN = ['entrypoint', 'cron', 'probe', 'hook'].map((one) => by(one));

const exec = (path: string, where: object = CONTAINER) =>
  ({ path, name: path.slice(path.lastIndexOf('/') + 1), ...where }) as RuleEvent<'exec'>;

const connection = (address: string, port: number, fields: object = {}) =>
  ({
    address,
    port: BigInt(port),
    is_external: false,
    is_cluster: false,
    is_loopback: false,
    is_link_local: false,
    ...CONTAINER,
    ...fields,
  }) as RuleEvent<'connection'>;

const pod = (fields: Partial<RuleEvent<'pod'>>): RuleEvent<'pod'> => ({
  pod_namespace: 'n',
  pod: 'p',
  labels: new Map(),
  service_account: '',
  host_network: false,
  host_pid: false,
  host_ipc: false,
  host_paths: [],
  host_ports: [],
  privileged: false,
  privilege_escalation: false,
  capabilities: [],
  run_as_root: false,
  images: [],
  ...fields,
});

const log = (line: string) => new LineEvent(line, '/var/log/auth.log', undefined, HOST_OWNER);

/** Where clouds have their metadata services, on any port. */
const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '169.254.0.23',
  '169.254.10.10',
  '169.254.42.42',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  'fd00:a9fe:a9fe::1',
  'fd00:100::100:200',
  'fe80::a9fe:a9fe',
];

const PREFIX = 'Nov 23 14:00:00 node-1';

/** A line of the API server's audit log, as its policy at level Metadata has it written. */
const audit = (decision: string) =>
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"8f2c","stage":"ResponseComplete","requestURI":"/api/v1/secrets?limit=1","verb":"list",' +
  '"user":{"username":"system:serviceaccount:lab:kubevigil-scenarios"},"sourceIPs":["10.0.0.7"],"userAgent":"curl","objectRef":{"resource":"secrets","apiVersion":"v1"},' +
  `"responseStatus":{"metadata":{},"status":"Failure","reason":"Forbidden","code":403},"annotations":{"authorization.k8s.io/decision":"${decision}","authorization.k8s.io/reason":""}}`;

/** Events that a rule is for, and their harmless neighbours. */
const EXAMPLES: Readonly<Record<string, { kind: RuleKind; yes: readonly object[]; no: readonly object[] }>> =
  {
    shell_in_container: {
      kind: 'exec',
      yes: [
        exec('/bin/sh'),
        exec('/usr/bin/bash', by('exec')),
        exec('/bin/sh', by('unknown')),
        exec('/bin/bash', by('entrypoint', true)),
      ],
      no: [
        exec('/bin/sh', HOST),
        exec('/bin/shellcheck'),
        exec('/bin/sh', {}),
        ...OWN.map((own) => exec('/bin/sh', own)),
        exec('/bin/sh', { ...CONTAINER, started_by: undefined }),
      ],
    },
    network_tool_in_container: {
      kind: 'exec',
      yes: [exec('/usr/bin/curl'), exec('/bin/nc', by('exec'))],
      no: [
        exec('/usr/bin/curl', HOST),
        exec('/usr/bin/nginx'),
        ...OWN.map((own) => exec('/usr/bin/curl', own)),
      ],
    },
    package_manager_in_container: {
      kind: 'exec',
      yes: [exec('/usr/bin/apt-get'), exec('/sbin/apk', by('unknown'))],
      no: [
        exec('/usr/bin/apt-get', HOST),
        exec('/usr/bin/node'),
        ...OWN.map((own) => exec('/sbin/apk', own)),
      ],
    },
    exec_from_temp_path: {
      kind: 'exec',
      yes: [exec('/tmp/x'), exec('/dev/shm/x', HOST), exec('/var/tmp/a/b'), exec('/tmp/x', by('entrypoint'))],
      no: [exec('/usr/tmp/x'), exec('/tmpx/y'), exec('/usr/bin/x')],
    },
    exec_from_memory_in_container: {
      kind: 'exec',
      yes: [exec('/proc/self/fd/7'), exec('/dev/fd/3'), exec('/memfd:x')],
      no: [exec('/proc/self/fd/7', HOST), exec('/proc/self/exe'), exec('/proc/self/fd/7/x')],
    },
    external_destination: {
      kind: 'connection',
      yes: [connection('8.8.8.8', 53, { is_external: true })],
      no: [connection('10.0.0.1', 53, { is_cluster: true })],
    },
    cluster_destination: {
      kind: 'connection',
      yes: [connection('10.0.0.1', 53, { is_cluster: true })],
      no: [connection('8.8.8.8', 53, { is_external: true })],
    },
    cloud_metadata_service: {
      kind: 'connection',
      yes: [
        ...METADATA.map((address) => connection(address, 80)),
        connection('168.63.129.16', 80),
        connection('168.63.129.16', 32_526),
      ],
      no: [
        connection('169.254.169.253', 53),
        connection('10.0.0.1', 80),
        connection('168.63.129.16', 53),
        connection('168.63.129.16', 80, HOST),
        connection('fd00:ec2::253', 53),
      ],
    },
    escape_tool_in_container: {
      kind: 'exec',
      yes: [exec('/usr/bin/nsenter'), exec('/usr/bin/unshare'), exec('/tmp/ctr')],
      no: [exec('/usr/bin/nsenter', HOST), exec('/bin/mount'), exec('/usr/bin/nsenter.real')],
    },
    mining_port: {
      kind: 'connection',
      yes: [connection('8.8.8.8', 3333, { is_external: true }), connection('10.0.0.9', 14444)],
      no: [connection('127.0.0.1', 3333, { is_loopback: true }), connection('8.8.8.8', 443)],
    },
    privileged_pod: { kind: 'pod', yes: [pod({ privileged: true })], no: [pod({})] },
    host_path_pod: { kind: 'pod', yes: [pod({ host_paths: ['/'] })], no: [pod({})] },
    host_network_pod: { kind: 'pod', yes: [pod({ host_network: true })], no: [pod({ host_ipc: true })] },
    host_pid_pod: { kind: 'pod', yes: [pod({ host_pid: true })], no: [pod({})] },
    dangerous_capability_pod: {
      kind: 'pod',
      yes: [pod({ capabilities: ['NET_BIND_SERVICE', 'SYS_ADMIN'] })],
      no: [pod({ capabilities: ['NET_BIND_SERVICE'] })],
    },
    api_access_denied: {
      kind: 'log',
      yes: [log(audit('forbid'))],
      no: [
        log(audit('allow')),
        log(audit('forbid').replace('ResponseComplete', 'RequestReceived')),
        log(audit('allow').replace('curl', JSON.stringify(audit('forbid')).slice(1, -1))),
      ],
    },
    ssh_login_failed: {
      kind: 'log',
      yes: [
        log(`${PREFIX} sshd[7]: Failed password for root from 10.0.0.9 port 4242 ssh2`),
        log(`${PREFIX} sshd-session[7]: Failed password for invalid user x from 10.0.0.9 port 4242 ssh2`),
        log(`${PREFIX} sshd[7]: Failed keyboard-interactive/pam for root from ::1 port 1 ssh2`),
        log(
          `${PREFIX} sshd[7]: error: PAM: User not known to the underlying authentication module for illegal user x from ::1`,
        ),
        log('2026-11-23T14:00:00.1+00:00 node-1 sshd[7]: Failed publickey for a from ::1 port 1 ssh2'),
      ],
      no: [
        log(`${PREFIX} sshd[7]: Accepted password for root from 10.0.0.9 port 4242 ssh2`),
        log(`${PREFIX} sshd[7]: Invalid user Failed password for x from 10.0.0.9 port 4242`),
        log(`${PREFIX} sshd[7]: Failed none for invalid user x from 10.0.0.9 port 4242 ssh2`),
        log(
          `${PREFIX} sshd[7]: error: maximum authentication attempts exceeded for root from ::1 port 1 ssh2 [preauth]`,
        ),
        log(`${PREFIX} app[7]: sshd: Failed password for root`),
      ],
    },
    local_login_failed: {
      kind: 'log',
      yes: [
        log(
          `${PREFIX} sudo: pam_unix(sudo:auth): authentication failure; logname=a uid=1000 euid=0 tty=/dev/pts/0`,
        ),
        log(
          `${PREFIX} su[9]: pam_unix(su-l:auth): authentication failure; logname= uid=1000 euid=0 user=root`,
        ),
      ],
      no: [
        log(`${PREFIX} sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh`),
        log(`${PREFIX} sudo: pam_unix(sudo:session): session opened for user root`),
      ],
    },
    application_login_failed: {
      kind: 'log',
      yes: [
        log('{"level":"warn","msg":"Login failed","user":"x"}'),
        log('10.0.0.9 invalid credentials for admin'),
        log('FATAL:  password authentication failed for user "x"'),
      ],
      no: [log('login ok for admin'), log('failed to open cache file'), log('GET /login 200')],
    },
  };

describe('rules: the default set', () => {
  let set: RuleSet;
  before(async () => {
    set = new RuleSet(await loadRules(undefined));
  });

  for (const [name, { kind, yes, no }] of Object.entries(EXAMPLES)) {
    it(`${name} matches its cause and not the harmless neighbour of it`, () => {
      const matches = (event: object) => set.match(kind, event as RuleEvent<typeof kind>).includes(name);
      for (const event of yes) expect(matches(event), JSON.stringify(event, stringify)).to.equal(true);
      for (const event of no) expect(matches(event), JSON.stringify(event, stringify)).to.equal(false);
    });
  }

  it('has an example for each rule but those on files, which have no condition, and those for the web, which have a test of their own', () => {
    const isElsewhere = (rule: Rule) => rule.on === 'file' || (rule.on === 'log' && rule.category === 'web');
    const withCondition = set.rules.filter((rule) => !isElsewhere(rule)).map(({ name }) => name);
    expect(withCondition).to.have.members(Object.keys(EXAMPLES));
    expect(set.on('file').every(({ text }) => text === 'true')).to.equal(true);
  });

  it('watches accounts, keys, cron, units, static pods and canaries', () => {
    const watched = set.on('file').flatMap(({ paths }) => paths);
    expect(watched).to.include.members([
      '/etc/passwd',
      '/root/.ssh/authorized_keys',
      '/etc/cron.d/*',
      '/var/spool/cron/atjobs/*',
      '/var/spool/at/*',
      '/etc/anacrontab',
      '/etc/systemd/system/*.service',
      '/etc/systemd/system/*.socket',
      '/etc/systemd/system/*.path',
      '/etc/systemd/system/*.d/*.conf',
      '/etc/kubernetes/manifests/*',
      '/var/lib/kubevigil/canary/*',
    ]);
  });
});

function stringify(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
