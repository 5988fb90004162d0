import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { ApiServer } from '../../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../../support/exporter.ts';
import { recordedPods } from '../../support/recorded-pods.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../../support/tracefs.ts';
import { type EventRecord, parseRecord } from './support.ts';

/** A host that others keep busy. */
const WAIT_MS = 60_000;
/** The clocks of the kernel, of files and of this process are one; between the two readings of a test anything may happen. */
const SLACK_MS = 50;

const rulesFor = (folder: string, port: number) => `rules:
  - {name: kind_exec, on: exec, severity: warning, mitre: T1059, description: An exec., condition: 'path.startsWith("${folder}/bin/")'}
  - {name: kind_connection, on: connection, severity: info, mitre: T1071, description: A connection., condition: 'port == ${port}'}
  - {name: kind_file, on: file, severity: critical, mitre: T1098, description: A file., paths: ['${folder}/watched/*']}
  - {name: kind_log, on: log, severity: info, mitre: T1110, description: A line., files: ['${folder}/app.log'], condition: 'line.contains("failed")'}
`;

describe('records of real causes', () => {
  const temporary = temporaryFolder();
  let root = '';
  const folder = (name: string) => join(root, name);
  const api = new ApiServer();
  let exporter: ExporterProcess;
  let server: Server;
  let port = 0;
  let output = '';

  before(async function () {
    root = temporary();
    const tracefs = folder('tracefs');
    mkdirSync(tracefs);
    const refusal = tracefsRefusal(tracefs);
    if (refusal !== undefined) skip(this, refusal);
    for (const name of ['bin', 'watched']) mkdirSync(folder(name));
    copyFileSync('/bin/sleep', folder('bin/sleeper'));
    execFileSync('chmod', ['755', folder('bin/sleeper')]);
    writeFileSync(folder('watched/old'), 'old\n');
    writeFileSync(folder('app.log'), '');
    server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    port = (server.address() as { port: number }).port;
    writeFileSync(folder('rules.yaml'), rulesFor(root, port));
    for (const pod of recordedPods()) api.put(pod);
    await api.start();
    output = folder('events.ndjson');
    exporter = await startExporter(
      [
        '--node-name=node-7',
        `--path.tracefs=${tracefs}`,
        `--rules.file=${folder('rules.yaml')}`,
        `--events.output=${output}`,
      ],
      { env: { KUBECONFIG: api.writeKubeconfig(root) }, wrap: seeingTracefs(tracefs) },
    );
    // The first look makes known what is there.
    await scrape();
  });
  after(async () => {
    await exporter?.stop();
    server?.close();
    await api.stop();
  });

  const scrape = async () => (await fetch(`http://${exporter.address}/metrics`)).text();
  const records = () =>
    existsSync(output)
      ? readFileSync(output, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map(parseRecord)
      : [];
  const found = (what: string, is: (record: EventRecord) => boolean) =>
    waitFor(
      what,
      async () => {
        await scrape();
        return records().find(is);
      },
      WAIT_MS,
    );
  const ofExec = (name: string) =>
    found(`the exec of ${name}`, ({ rule, exec }) => {
      const { args } = (exec ?? {}) as { args?: string[] };
      return rule === 'kind_exec' && (args?.includes(name) ?? false);
    });
  const isBetween = (time: string, fromMs: number, toMs: number) =>
    expect(Date.parse(time)).to.be.within(fromMs - SLACK_MS, toMs + SLACK_MS);

  const HOST = { node: 'node-7', namespace: '', pod: '', container: '' };

  it('exec: the program, its arguments, its parent, its user and where it works', async () => {
    symlinkSync('sleeper', folder('bin/linked'));
    const from = Date.now();
    const given = './linked';
    const child = spawn(given, ['61.5'], {
      cwd: folder('bin'),
      argv0: given,
      uid: 65_534,
      stdio: 'ignore',
    });
    try {
      const record = await ofExec('61.5');
      const { id, time, exec, ...head } = record;
      isBetween(time, from, Date.now());
      expect(head).to.deep.equal({
        ...HOST,
        rule: 'kind_exec',
        on: 'exec',
        severity: 'warning',
        mitre: 'T1059',
        description: 'An exec.',
      });
      expect(id).to.match(/^\d+-\d+$/);
      const { cgroup, parent_name, ...own } = exec as Record<string, unknown>;
      expect(own).to.deep.include({
        path: `${folder('bin/linked')}`,
        given_path: given,
        name: 'linked',
        args: [given, '61.5'],
        in_container: false,
        pid: child.pid,
        parent_pid: process.pid,
        uid: 65_534,
        cwd: folder('bin'),
      });
      expect(parent_name).to.equal(readFileSync('/proc/self/comm', 'utf8').trim());
      expect(readFileSync('/proc/self/cgroup', 'utf8')).to.contain(cgroup);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('exec: hostile names and arguments are one line each, and secrets are not in it', async () => {
    const hostile = folder('bin/a\n"b\u009b');
    copyFileSync('/bin/sh', hostile);
    copyFileSync('/bin/sh', folder('bin/waiter'));
    const forged = '"}\n{"rule":"forged"}';
    // Each waits for a line that nobody writes.
    const waiting = (command: string, args: readonly string[]) =>
      spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    const children = [
      waiting(hostile, ['-c', 'read first', 'x', '--password', 'Tr0ub4dor3', forged]),
      waiting('/bin/sh', [
        '-c',
        `exec "${folder('bin/waiter')}" -c 'read second' "$(printf '\\377\\376')" ${'x'.repeat(100_000)}`,
      ]),
    ];
    try {
      const first = (await ofExec('read first'))['exec'] as { path: string; args: string[] };
      expect(first.path).to.equal(hostile);
      expect(first.args.slice(2)).to.deep.equal(['read first', 'x', '--password', '…', forged]);
      const second = (await ofExec('read second'))['exec'] as { args: string[] };
      expect(second.args[3]).to.equal('\ufffd\ufffd');
      expect(second.args.at(-1)).to.match(/^x+…\[\+\d+\]$/);
      expect(readFileSync(output, 'utf8')).not.to.contain('Tr0ub4dor3');
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
  });

  it('connection: the peer, and the process with its program', async () => {
    const from = Date.now();
    connect(port, '127.0.0.1').on('error', () => {});
    const record = await found('the connection', ({ rule }) => rule === 'kind_connection');
    const { time, connection } = record;
    isBetween(time, from, Date.now());
    expect(record).to.deep.include({ ...HOST, on: 'connection', severity: 'info', mitre: 'T1071' });
    expect(connection).to.deep.equal({
      address: '127.0.0.1',
      port,
      is_external: false,
      is_cluster: false,
      is_loopback: true,
      is_link_local: false,
      in_container: false,
      pid: process.pid,
      program: process.execPath,
    });
  });

  it('file: what changed, when, and what is there now', async () => {
    const path = folder('watched/new');
    writeFileSync(path, 'four', { mode: 0o640 });
    const { ctimeMs, uid, gid } = statSync(path);
    const record = await found(
      'the file',
      ({ file }) => (file as { path?: string } | undefined)?.path === path,
    );
    isBetween(record.time, ctimeMs, ctimeMs);
    expect(record).to.deep.include({ ...HOST, rule: 'kind_file', on: 'file', severity: 'critical' });
    expect(record['file']).to.deep.equal({ path, change: 'created', mode: 0o640, uid, gid, size: 4 });
    const from = Date.now();
    execFileSync('rm', [folder('watched/old')]);
    const gone = await found(
      'the removal',
      ({ file }) => (file as { change?: string } | undefined)?.change === 'deleted',
    );
    isBetween(gone.time, from, Date.now());
    expect(gone['file']).to.deep.equal({ path: folder('watched/old'), change: 'deleted' });
  });

  it('log: the line, and the time that stands in it', async () => {
    const line = '2026-11-23T14:00:00.123456+01:00 node app[7]: login failed for bob';
    appendFileSync(folder('app.log'), `${line}\nnothing\n`);
    const record = await found('the line', ({ rule }) => rule === 'kind_log');
    expect(record).to.deep.include({ ...HOST, on: 'log', time: '2026-11-23T13:00:00.123456000Z' });
    expect(record['log']).to.deep.equal({ line, path: folder('app.log') });
  });

  it('pod: what of it matched, of each that is there and of one that comes', async () => {
    const [pod] = recordedPods();
    if (pod?.metadata === undefined || pod.spec === undefined) throw new Error('no recorded pod');
    const from = Date.now();
    api.put({
      ...pod,
      metadata: { ...pod.metadata, uid: 'a-new-one', name: 'late-0' },
      spec: { ...pod.spec, hostNetwork: true },
    });
    const record = await found(
      'the pod',
      (one) => one['pod'] === 'late-0' && one.rule === 'host_network_pod',
    );
    isBetween(record.time, from, Date.now());
    expect(record).to.deep.include({
      node: 'node-7',
      on: 'pod',
      namespace: pod.metadata.namespace,
      container: '',
    });
    expect(record['pod_spec']).to.deep.equal({ host_network: true });
  });

  it('go on without scrapes, into a new file when the old one was renamed', async () => {
    renameSync(output, folder('events.1'));
    const path = folder('watched/unscraped');
    writeFileSync(path, 'x');
    const isThere = () =>
      records().some(({ file }) => (file as { path?: string } | undefined)?.path === path);
    await waitFor('the record that nobody asked for', isThere, WAIT_MS);
  });

  it('are counted, and none was lost', async () => {
    const all = () => readFileSync(folder('events.1'), 'utf8').split('\n').length - 1 + records().length;
    const before = all();
    const page = await scrape();
    const counts = [...page.matchAll(/^kubevigil_events_written_total\{[^}]*\} (\d+)$/gm)];
    const written = counts.reduce((sum, [, count]) => sum + Number(count), 0);
    // Whoever else works on this machine makes more meanwhile.
    expect(written).to.be.at.least(before);
    await waitFor('all records', () => all() >= written, WAIT_MS);
    expect(page).to.match(/^kubevigil_events_dropped_total 0$/m);
  });
});
