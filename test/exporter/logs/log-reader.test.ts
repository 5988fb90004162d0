import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { openHostFiles } from '../../../exporter/files/host-files.ts';
import { HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { LogReader } from '../../../exporter/logs/log-reader.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import { JournalWriter } from '../../support/journal-writer.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const COMMON = { on: 'log', severity: 'info', mitre: 'T1110', description: 'd' };

function setOf(...rules: readonly object[]): RuleSet {
  const all = rules.map((rule, i) => ({
    name: `r${i}`,
    condition: 'line.contains("failed")',
    ...COMMON,
    ...rule,
  }));
  return new RuleSet(parseRules(JSON.stringify({ rules: all }), 'f').rules);
}

const pod = (name: string, labels: Record<string, string>, more: object = {}): V1Pod => ({
  metadata: { namespace: 'shop', name, uid: `uid-${name}`, labels, ...more },
});

const TIME = '2026-11-23T14:00:00Z';
const cri = (text: string) => `${TIME} stdout F ${text}\n`;

describe('logs: what rules read', () => {
  const at = temporaryPaths();
  let reader: LogReader;
  let rules: RuleSet;
  let pods: V1Pod[];

  const write = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    appendFileSync(at(path), text);
  };
  const podLog = (name: string, container: string, attempt = 0) =>
    `var/log/pods/shop_${name}_uid-${name}/${container}/${attempt}.log`;
  const poll = async () => {
    const errors = await reader.poll(rules, pods);
    const series = reader
      .series()
      .map(
        ({ rule, owner, count }) =>
          `${rule} ${[owner.namespace, owner.pod, owner.container].join('/')} ${count}`,
      );
    return [...series, ...errors.map(({ code }) => code)];
  };
  const begin = (set: RuleSet) => {
    rules = set;
    reader = new LogReader(openHostFiles(at(), new HangGuard()), rules);
    return poll();
  };
  beforeEach(() => {
    pods = [];
  });
  afterEach(() => reader.close());

  it('counts matching lines of a file under the host, from 0', async () => {
    write('auth.log', 'login failed\n');
    expect(await begin(setOf({ files: ['/auth.log', '/secure'] }))).to.deep.equal(['r0 // 0']);
    write('auth.log', 'login failed\nlogin ok\nlogin failed\n');
    expect(await poll()).to.deep.equal(['r0 // 2']);
  });

  it('has no series for a rule that has nothing to read', async () => {
    expect(await begin(setOf({ files: ['/none'] }, { pods: { namespace: 'x' } }))).to.deep.equal([]);
    write('none', 'login failed\n');
    expect(await poll()).to.deep.equal(['r0 // 1']);
  });

  it('counts under the category of the rule, and from 0 under another', async () => {
    const categories = () => reader.series().map(({ category, count }) => [category, count]);
    await begin(setOf({ files: ['/auth.log'], category: 'web' }));
    write('auth.log', 'login failed\n');
    await poll();
    expect(categories()).to.deep.equal([['web', 1]]);
    rules = setOf({ files: ['/auth.log'] });
    await poll();
    expect(categories()).to.deep.equal([['other', 0]]);
  });

  it('reads the containers that a rule selects, and no others', async () => {
    pods = [pod('web', { app: 'web', tier: 'a' }), pod('db', { app: 'db' })];
    for (const name of ['web', 'db']) {
      for (const container of ['main', 'side']) write(podLog(name, container), '');
    }
    const selecting = setOf(
      { pods: { labels: { app: 'web' }, container: 'main' } },
      { pods: { namespace: 'shop', labels: { tier: 'a' } } },
      { pods: { namespace: 'other' } },
    );
    expect(await begin(selecting)).to.have.members([
      'r0 shop/web/main 0',
      'r1 shop/web/main 0',
      'r1 shop/web/side 0',
    ]);
    for (const name of ['web', 'db']) {
      for (const container of ['main', 'side']) write(podLog(name, container), cri('login failed'));
    }
    expect(await poll()).to.have.members(['r0 shop/web/main 1', 'r1 shop/web/main 1', 'r1 shop/web/side 1']);
  });

  it('follows a container through restarts, rotation and its end', async () => {
    pods = [pod('web', { app: 'web' })];
    write(podLog('web', 'main'), cri('login failed'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const selecting = setOf({ pods: { labels: { app: 'web' } } });
    expect(await begin(selecting)).to.deep.equal(['r0 shop/web/main 0']);

    write(podLog('web', 'main'), cri('login failed'));
    renameSync(at(podLog('web', 'main')), at(`${podLog('web', 'main')}.20261123-140000`));
    write(podLog('web', 'main'), cri('login failed'));
    await poll();
    expect(await poll()).to.deep.equal(['r0 shop/web/main 2']);

    write(podLog('web', 'main'), cri('last login failed'));
    write(podLog('web', 'main', 1), cri('first login failed'));
    expect(await poll()).to.deep.equal(['r0 shop/web/main 4']);

    write(podLog('web', 'main', 1), cri('login failed'));
    pods = [];
    rmSync(at('var'), { recursive: true });
    expect(await poll()).to.deep.equal(['r0 shop/web/main 5']);
    expect(await poll()).to.deep.equal(['r0 shop/web/main 5']);
  });

  it("reads Docker's files through the kubelet's links, and a static pod's by its hash", async () => {
    pods = [pod('web', { app: 'web' }, { annotations: { 'kubernetes.io/config.hash': 'hash' } })];
    write('var/lib/docker/containers/c/c-json.log', '');
    mkdirSync(at('var/log/pods/shop_web_hash/main'), { recursive: true });
    symlinkSync('/var/lib/docker/containers/c/c-json.log', at('var/log/pods/shop_web_hash/main/0.log'));
    expect(await begin(setOf({ pods: { namespace: 'shop' } }))).to.deep.equal(['r0 shop/web/main 0']);
    write('var/lib/docker/containers/c/c-json.log', '{"log":"login failed\\n","stream":"stdout"}\n');
    expect(await poll()).to.deep.equal(['r0 shop/web/main 1']);
  });

  it('does not count the past of a pod that becomes known late', async () => {
    await begin(setOf({ pods: { namespace: 'shop' } }));
    await reader.close();
    write(podLog('web', 'main'), cri('login failed'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    reader = new LogReader(openHostFiles(at(), new HangGuard()), rules);
    await poll();
    pods = [pod('web', {})];
    expect(await poll()).to.deep.equal(['r0 shop/web/main 0']);
  });

  it('takes changed rules over without counting the past, and keeps what was counted', async () => {
    write('a', '');
    await begin(setOf({ files: ['/a'] }));
    write('a', 'login failed\n');
    write('b', 'login failed\n');
    expect(await poll()).to.deep.equal(['r0 // 1']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    rules = setOf({ files: ['/a'] }, { files: ['/b'] });
    expect(await poll()).to.deep.equal(['r0 // 1', 'r1 // 0']);
    write('b', 'login failed\n');
    expect(await poll()).to.deep.equal(['r0 // 1', 'r1 // 1']);
  });

  const syslog = (text: string) => `Mar 29 12:00:01 n ${text}\n`;

  it('counts repeated lines as often as they were written, in files and in containers', async () => {
    pods = [pod('web', {})];
    write('a', '');
    write(podLog('web', 'main'), '');
    await begin(setOf({ files: ['/a'], pods: { namespace: 'shop' } }));
    write('a', syslog('app[1]: login failed') + syslog('app[1]: message repeated 5 times: [ login failed]'));
    write(
      'a',
      syslog('last message repeated 2 times') + syslog('app[1]: message repeated 7 times: [ login ok]'),
    );
    write(podLog('web', 'main'), cri(syslog('app: message repeated 3 times: [ login failed]').trim()));
    expect(await poll()).to.have.members(['r0 // 8', 'r0 shop/web/main 3']);
  });

  it('counts as many events as a line says, what repeats them included', async () => {
    write('a', '');
    await begin(setOf({ files: ['/a'], count: '([0-9]+) logins? failed' }, { files: ['/a'] }));
    write(
      'a',
      `${syslog('app: 3 logins failed')}${syslog('last message repeated 2 times')}failed\n0 login failed\n`,
    );
    expect(await poll()).to.deep.equal(['r0 // 10', 'r1 // 5']);
  });

  it('does not count what a process says again of what was counted', async () => {
    write('a', '');
    await begin(setOf({ files: ['/a'], echo: 'login failed again' }));
    const [one, other] = [syslog('app[1]: login failed'), syslog('app[2]: login failed')];
    const [echo, otherEcho] = [one, other].map((line) => line.replace('failed', 'failed again'));
    write('a', [one, other, otherEcho, echo, echo, one, one, echo].join(''));
    // The second echo in a row has nothing to be the echo of.
    expect(await poll()).to.deep.equal(['r0 // 5']);
  });

  it('bounds what one line stands for, and says so once', async () => {
    write('a', '');
    rules = setOf({ files: ['/a'], count: '([0-9]+) failed' });
    const said: unknown[] = [];
    reader = new LogReader(openHostFiles(at(), new HangGuard()), rules, (message, fields) =>
      said.push([message, fields]),
    );
    await poll();
    write('a', syslog('app: message repeated 1000000000000 times: [ failed]'));
    write('a', syslog(`app: message repeated ${'9'.repeat(400)} times: [ 0 failed]`));
    write('a', `${'9'.repeat(400)} failed\n`);
    expect(await poll()).to.deep.equal(['r0 // 20000']);
    expect(said).to.deep.equal([
      ['A log line stands for more than is counted of one', { path: '/a', said: 1e12, counted: 10_000 }],
    ]);
  });

  it('is right for logins by the default rules: each failure once, however it is written', async () => {
    write('var/log/auth.log', '');
    rules = new RuleSet((await loadRules(undefined)).filter(({ on }) => on === 'log'));
    reader = new LogReader(openHostFiles(at(), new HangGuard()), rules);
    await poll();
    const sshd = (text: string, pid = 9) => syslog(`sshd[${pid}]: ${text}`);
    const pam = 'error: PAM: Authentication failure for root from 192.0.2.1';
    const interactive = 'Failed keyboard-interactive/pam for root from 192.0.2.1 port 7 ssh2';
    write(
      'var/log/auth.log',
      [
        sshd('Failed password for root from 192.0.2.1 port 5 ssh2'), // 1
        sshd('message repeated 5 times: [ Failed password for root from 192.0.2.1 port 5 ssh2]'), // 6
        sshd('Failed none for invalid user x from 192.0.2.1 port 6 ssh2'),
        sshd('Failed password for invalid user x from 192.0.2.1 port 6 ssh2'), // 7
        sshd(pam), // 8
        sshd(pam), // 9
        sshd(pam, 8), // 10
        sshd(interactive),
        sshd(pam), // 11
        sshd(interactive),
        sshd(interactive, 7), // 12: PAM had said something else
        sshd(
          'Failed password for invalid user a sshd[9]: Failed keyboard-interactive/pam for b from ::1 port 6 ssh2',
        ), // 13
        sshd('error: maximum authentication attempts exceeded for root from 192.0.2.1 port 7 ssh2 [preauth]'),
        sshd(
          'PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1 user=root',
        ),
        syslog(
          'sudo: pam_unix(sudo:auth): authentication failure; logname=a uid=1 user=:auth): 99 more authentication failures; ',
        ), // 1
        syslog('sudo[77]: pam_unix(sudo:auth): 2 more authentication failures; logname=a uid=1000 user=a'), // 3
        syslog('su[7]: pam_unix(su-l:auth): 1 more authentication failure; logname=a uid=1000 user=a'), // 4
        syslog('sudo:  a : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh'),
      ].join(''),
    );
    expect(await poll()).to.have.members(['ssh_login_failed // 13', 'local_login_failed // 4']);
  });

  it('reads the journal where none of the files is there, and is told when it may not', async () => {
    const folder = 'var/log/journal/3d1219c7c4c5404aaa1f6d2a48adfda4';
    const journal = new JournalWriter({ compact: false, keyed: true, firstArray: 4 });
    const say = (identifier: string, message: string) => {
      const fields = [`SYSLOG_IDENTIFIER=${identifier}`, `MESSAGE=${message}`].map((text) =>
        Buffer.from(text),
      );
      journal.append({ realtimeMs: Date.now(), fields });
      writeFileSync(at(folder, 'system.journal'), journal.bytes);
    };
    mkdirSync(at(folder), { recursive: true });
    say('app', 'login failed');
    await begin(setOf({ files: ['/a'], journal: ['app'] }, { files: ['/b'], journal: ['app', 'b'] }));
    say('app', 'login failed');
    say('b', 'login failed');
    say('other', 'login failed');
    expect(await poll()).to.deep.equal(['r0 // 1', 'r1 // 2']);
    write('b', '');
    await poll();
    say('app', 'login failed');
    expect(await poll()).to.deep.equal(['r0 // 2', 'r1 // 2']);
    rules = setOf({ journal: ['b'] });
    await poll();
    say('b', 'login failed');
    expect(await poll()).to.deep.equal(['r0 // 3']);
    const files = openHostFiles(at(), new HangGuard());
    const denied = new SourceError('unreadable', '/var/log/journal', '/var/log/journal: EACCES');
    const folders = { namesIn: () => Promise.reject(denied) } as unknown as typeof files.folders;
    const other = new LogReader({ ...files, folders }, rules);
    mkdirSync(at('run/log/journal'), { recursive: true });
    expect((await other.poll(rules, [])).map(({ code }) => code)).to.deep.equal(['unreadable', 'unreadable']);
    await other.close();
  });

  it('says what it cannot read and reads the others', async () => {
    mkdirSync(at('folder'));
    write('a', '');
    expect(await begin(setOf({ files: ['/folder', '/a'] }))).to.deep.equal(['r0 // 0', 'failed']);
  });

  it('reads 10,000 hostile lines and puts nothing of them into a label', async () => {
    write('a', '');
    await begin(setOf({ files: ['/a'] }));
    const hostile = ['failed"} 1', '# TYPE x counter failed', 'failed \xff\xfe', `failed ${'x'.repeat(500)}`];
    writeFileSync(
      at('a'),
      Buffer.from(Array.from({ length: 10_000 }, (_, i) => `${hostile[i % 4]}\n`).join(''), 'latin1'),
    );
    expect(await poll()).to.deep.equal(['r0 // 10000']);
  });
});
