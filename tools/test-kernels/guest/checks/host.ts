import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { CONTAINERS, doorsOf, ENTER } from '../../../guests/inside/containers.ts';
import { fail, run, start } from '../../../guests/inside/shell.ts';
import type { Check } from '../check.ts';
import type { Page } from '../page.ts';

const ASK = '/opt/bin/ask';

/** Asks for a login that has a wrong password. */
async function failLogins(ssh: number): Promise<void> {
  writeFileSync(ASK, '#!/bin/sh\necho wrong\n', { mode: 0o755 });
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'NumberOfPasswordPrompts=1'];
  const flags = [...options, 'PreferredAuthentications=password'].flatMap((option) => ['-o', option]);
  const env = { SSH_ASKPASS: ASK, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' };
  for (let i = 0; i < ssh; i += 1) await fail('ssh', [...flags, 'alice@127.0.0.1', 'true'], '', env);
}

/** A login by su, of somebody who is not root, that has a wrong password. */
export async function failSu(): Promise<void> {
  await fail('runuser', ['-u', 'bob', '--', 'su', 'alice', '-c', 'true'], 'wrong\n');
}

/** How far a count of a rule went up. */
export function rise(before: Page, after: Page, name: string, rule: string): number {
  return (after.sum(name, { rule }) ?? 0) - (before.sum(name, { rule }) ?? 0);
}

/** Failed logins through the journal, by sshd and by su. */
export const logins: Check = {
  name: 'logins',
  async run(lab) {
    await run('ssh-keygen', '-A');
    await run('systemctl', 'start', 'ssh');
    const before = await lab.page();
    lab.require('no series of failed logins', before.sum('suspicious_log_lines_total') !== undefined);
    await failLogins(2);
    await failSu();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await lab.page();
    const after = await lab.page();
    lab.expect(
      'failed logins by SSH',
      rise(before, after, 'suspicious_log_lines_total', 'ssh_login_failed'),
      2,
    );
    lab.expect(
      'failed logins by su',
      rise(before, after, 'suspicious_log_lines_total', 'local_login_failed'),
      1,
    );
  },
};

/** Files that somebody changes. */
export const files: Check = {
  name: 'files',
  async run(lab) {
    const before = await lab.page();
    mkdirSync('/etc/cron.d', { recursive: true });
    writeFileSync('/etc/cron.d/evil', 'x\n');
    writeFileSync('/etc/systemd/system/evil.service', '[Unit]\n');
    writeFileSync('/etc/passwd', 'eve:x:0:0::/:/bin/sh\n', { flag: 'a' });
    await lab.page();
    const after = await lab.page();
    const changes = (rule: string) => rise(before, after, 'file_changes_total', rule);
    lab.expect('scheduled jobs', changes('cron_file_changed'), 1);
    lab.expect('units', changes('service_unit_changed'), 1);
    lab.expect('accounts', changes('account_file_changed'), 1);
  },
};

const FROM_MEMORY = `${ENTER} my $fd = syscall(319, my $name = "x", 0); die if $fd < 0;
  open(my $to, ">&=", $fd) or die; open(my $from, "<", "/bin/sleep") or die; { local $/; my $bytes = <$from>; print {$to} $bytes; }
  { my $old = select($to); $| = 1; select($old); } exec { "/proc/self/fd/$fd" } "sleep", "1000" or die;`;

const IN_CONTAINER = `${ENTER} exec @ARGV or die`;

/** Programs that run without their file, from memory, and from a folder that everybody writes to. */
export const processes: Check = {
  name: 'processes',
  async run(lab) {
    const { cgroupfs } = CONTAINERS;
    const doors = doorsOf(cgroupfs).join('\n');
    const before = await lab.page();
    const [deleted, temporary] = ['/opt/bin/deleted', '/tmp/temporary'];
    for (const file of [deleted, temporary]) copyFileSync('/bin/sleep', file);
    const running = [
      start('perl', '-e', IN_CONTAINER, doors, deleted, '1000'),
      start('perl', '-e', IN_CONTAINER, doors, temporary, '1000'),
      start('perl', '-e', FROM_MEMORY, doors),
    ];
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    rmSync(deleted);
    const after = await lab.page();
    for (const kind of ['deleted_exe', 'memfd_exe', 'temp_exe']) {
      const of = (page: Page) => page.sum('suspicious_processes', { kind, container: cgroupfs.label }) ?? 0;
      lab.expect(kind, of(after) - of(before), 1);
    }
    lab.expect(
      'started from memory',
      rise(before, after, 'suspicious_execs_total', 'exec_from_memory_in_container'),
      1,
    );
    lab.expect('started from /tmp', rise(before, after, 'suspicious_execs_total', 'exec_from_temp_path'), 1);
    await Promise.all(running.map((one) => one.end()));
    await lab.expectBounds();
  },
};
