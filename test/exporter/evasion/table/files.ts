import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { type Family, type HostFolder, type HostRow, type Outcome, SEEN, unseen } from './model.ts';

const ACCOUNTS = 'account_file_changed';
const PASSWD = '/etc/passwd';
const BEFORE = 'root:x:0:0:root:/root:/bin/sh\n';
const AFTER = 'root:x:0:0:root:/root:/bin/zh\n';
const CANARY = '/var/lib/kubevigil/canary/accounts.csv';
const RUNC = '/usr/bin/runc';
const MEBIBYTE = 2 ** 20;

const BETWEEN_LOOKS = 'files are looked at when the exporter is scraped, and this is undone by then';
const INOTIFY =
  'inotify or fanotify on each watched folder: events in place of looks, which a mount of another namespace does not send';

const passwd = (host: HostFolder) => host.write(PASSWD, BEFORE);

function changed(
  id: string,
  attack: string,
  steps: HostRow['steps'],
  outcome: Outcome = SEEN,
  more: Partial<HostRow> = {},
): HostRow {
  return { id, in: 'host', attack, evades: [ACCOUNTS], outcome, before: passwd, steps, ...more };
}

export const FILES: Family = {
  title: 'Watched files',
  note: "Each step on files that stand for the host's, with the default rules' paths; the agent looks between any two steps.",
  rows: [
    changed('file-written', 'writes a watched file', [(host) => host.write(PASSWD, AFTER)]),
    changed('file-appended', 'appends a line', [(host) => host.append(PASSWD, AFTER)]),
    changed(
      'file-runtime',
      'overwrites the program that starts containers (CVE-2019-5736)',
      [(host) => host.append(RUNC, 'changed')],
      SEEN,
      { evades: ['container_runtime_changed'], before: (host) => host.write(RUNC, 'program') },
    ),
    changed('file-renamed-over', 'writes another file and renames it over the watched one', [
      (host) => {
        host.write('/etc/.new', AFTER);
        renameSync(host.at('/etc/.new'), host.at(PASSWD));
      },
    ]),
    changed('file-times-kept', 'writes a watched file, and keeps size and times as they were (`touch -r`)', [
      (host) => {
        const { atime, mtime } = statSync(host.at(PASSWD));
        host.write(PASSWD, AFTER);
        utimesSync(host.at(PASSWD), atime, mtime);
      },
    ]),
    changed('file-mapped', 'writes through a mapping (mmap)', [
      (host) => host.perl('write_mapped($ARGV[0], "evil")', host.at(PASSWD)),
    ]),
    changed('file-other-link', 'writes a watched file by a hard link of another name', [
      (host) => {
        linkSync(host.at(PASSWD), host.at('/etc/other'));
        host.write('/etc/other', AFTER);
      },
    ]),
    changed('file-open-before', 'writes by a descriptor that it has had since before the agent started', [
      (host) => host.perl('sysopen(my $file, $ARGV[0], O_WRONLY); syswrite $file, "evil"', host.at(PASSWD)),
    ]),
    changed(
      'file-changed-back',
      'changes the file, uses that, and changes it back between two looks',
      [
        (host) => {
          host.write(PASSWD, AFTER);
          host.write(PASSWD, BEFORE);
        },
      ],
      unseen(BETWEEN_LOOKS, INOTIFY),
    ),
    changed(
      'file-replaced-and-back',
      'renames another file over a watched one, and the old one back between two looks',
      [
        (host) => {
          host.write('/etc/.new', AFTER);
          renameSync(host.at(PASSWD), host.at('/etc/.old'));
          renameSync(host.at('/etc/.new'), host.at(PASSWD));
          renameSync(host.at('/etc/.old'), host.at(PASSWD));
        },
      ],
      unseen(BETWEEN_LOOKS, INOTIFY),
    ),
    changed(
      'file-beyond-hash',
      'changes a watched file beyond its first MiB, with its size and time as they were',
      [
        (host) => {
          const { atime, mtime } = statSync(host.at(PASSWD));
          return host
            .perl(
              'sysopen(my $file, $ARGV[0], O_WRONLY); sysseek($file, 1 << 20, 0); syswrite $file, "evil"',
              host.at(PASSWD),
            )
            .then(() => utimesSync(host.at(PASSWD), atime, mtime));
        },
      ],
      SEEN,
      {
        before: (host) => {
          host.write(PASSWD, BEFORE);
          truncateSync(host.at(PASSWD), 2 * MEBIBYTE);
          utimesSync(host.at(PASSWD), 1_000, 1_000);
        },
      },
    ),
    changed(
      'file-read',
      'reads a watched file, such as a secret',
      [(host) => void readFileSync(host.at(PASSWD))],
      unseen(
        'contents and metadata are compared, and reading changes none of them; the time of the last access is not kept on most mounts',
        'fanotify or an audit rule on the file, for which Node has no call',
      ),
    ),
    changed('file-deleted', 'removes it', [(host) => unlinkSync(host.at(PASSWD))]),
    changed('file-mode', 'makes it writable for everybody', [
      (host) => host.perl('chmod 0666, $ARGV[0]', host.at(PASSWD)),
    ]),
    changed(
      'file-acl',
      'lets another user read a watched file by an access control list that leaves its mode as it was',
      [
        (host) =>
          host.perl(
            'my ($path, $name) = ("$ARGV[0]\\0", "system.posix_acl_access\\0"); my $none = 0xffffffff; my $list = pack("L", 2) . pack("(SSL)*", 1, 6, $none, 2, 4, 65534, 4, 4, $none, 16, 4, $none, 32, 4, $none); chmod 0644, $ARGV[0]; try("setxattr", $path, $name, $list, length $list, 0);',
            host.at(PASSWD),
          ),
      ],
      unseen(
        'contents, mode and owner are compared, and this changes none of them',
        'getxattr(2) for each watched file, for which Node has no call',
      ),
    ),
    changed('file-becomes-link', 'puts a link to another file in its place', [
      (host) => {
        host.write('/srv/passwd', BEFORE);
        unlinkSync(host.at(PASSWD));
        symlinkSync(host.at('/srv/passwd'), host.at(PASSWD));
      },
    ]),
    changed(
      'file-link-retargeted',
      'points a watched link to another file',
      [
        (host) => {
          unlinkSync(host.at(PASSWD));
          symlinkSync('../srv/two', host.at(PASSWD));
        },
      ],
      SEEN,
      { before: linked },
    ),
    changed(
      'file-link-target',
      'changes the file that a watched link leads to',
      [(host) => host.write('/srv/one', AFTER)],
      SEEN,
      { before: linked },
    ),
    changed('file-folder-replaced', 'puts a link to another folder in the place of `/etc`', [
      (host) => {
        host.write('/srv/etc/passwd', AFTER);
        renameSync(host.at('/etc'), host.at('/etc.old'));
        symlinkSync('srv/etc', host.at('/etc'));
      },
    ]),
    changed('file-pipe', 'puts a FIFO in its place, at which a reader would wait', [
      (host) => {
        unlinkSync(host.at(PASSWD));
        return host.perl('POSIX::mkfifo($ARGV[0], 0644) or die', host.at(PASSWD));
      },
    ]),
    {
      id: 'canary-encrypted',
      in: 'host',
      attack: 'encrypts all that it finds, a canary file among it',
      evades: ['canary_file_changed'],
      outcome: SEEN,
      before: (host) => host.write(CANARY, BEFORE),
      steps: [(host) => host.write(CANARY, AFTER)],
    },
    {
      id: 'canary-read',
      in: 'host',
      attack: 'reads and copies all that it finds, a canary file among it, and changes nothing',
      evades: ['canary_file_changed'],
      outcome: unseen(
        'reading leaves nothing behind in a file',
        'fanotify on the canary’s mount, or an audit rule on the file',
      ),
      before: (host) => host.write(CANARY, BEFORE),
      steps: [(host) => host.perl('contents($ARGV[0])', host.at(CANARY))],
    },
    {
      id: 'cron-new-file',
      in: 'host',
      attack: 'adds a job in a file of its own below `/etc/cron.d`',
      evades: ['cron_file_changed'],
      outcome: SEEN,
      before: (host) => mkdirSync(host.at('/etc/cron.d'), { recursive: true }),
      steps: [(host) => host.write('/etc/cron.d/x', '* * * * * root true\n')],
    },
    {
      id: 'cron-at',
      in: 'host',
      attack: 'adds a job for `at`, in `/var/spool/cron/atjobs`',
      evades: ['cron_file_changed'],
      outcome: SEEN,
      before: (host) => mkdirSync(host.at('/var/spool/cron/atjobs'), { recursive: true }),
      steps: [(host) => host.write('/var/spool/cron/atjobs/a0000101c0ffee', '#!/bin/sh\n')],
    },
    {
      id: 'cron-anacron',
      in: 'host',
      attack: 'adds a line to `/etc/anacrontab`',
      evades: ['cron_file_changed'],
      outcome: SEEN,
      before: (host) => host.write('/etc/anacrontab', '1 5 x true\n'),
      steps: [(host) => host.append('/etc/anacrontab', '1 5 y true\n')],
    },
    {
      id: 'unit-drop-in',
      in: 'host',
      attack: 'changes a unit by a drop-in, `/etc/systemd/system/ssh.service.d/x.conf`',
      evades: ['service_unit_changed'],
      outcome: SEEN,
      before: (host) => mkdirSync(host.at('/etc/systemd/system/ssh.service.d'), { recursive: true }),
      steps: [
        (host) => host.write('/etc/systemd/system/ssh.service.d/x.conf', '[Service]\nExecStartPre=x\n'),
      ],
    },
    {
      id: 'unit-other-kind',
      in: 'host',
      attack: 'adds a socket, path or mount unit that starts what it wants',
      evades: ['service_unit_changed'],
      outcome: SEEN,
      before: (host) => mkdirSync(host.at('/etc/systemd/system'), { recursive: true }),
      steps: [(host) => host.write('/etc/systemd/system/x.path', '[Path]\nPathExists=/\n')],
    },
    {
      id: 'unit-elsewhere',
      in: 'host',
      attack:
        'adds a unit among those of packages (`/usr/lib/systemd/system`), of this boot (`/run/systemd/system`), or of a user (`~/.config/systemd/user`)',
      evades: ['service_unit_changed'],
      outcome: unseen(
        'the rule names the folder of the administrator; the others change with each package and each boot',
        'a rule of your own: 0.01 ms for each file and scrape, and an alarm for each update of packages',
      ),
      before: (host) => mkdirSync(host.at('/run/systemd/system'), { recursive: true }),
      steps: [(host) => host.write('/run/systemd/system/x.service', '[Service]\nExecStart=x\n')],
    },
    {
      id: 'keys-elsewhere',
      in: 'host',
      attack: 'adds an SSH key for a user whose home is not below `/home`',
      evades: ['ssh_file_changed'],
      outcome: unseen(
        'the rule names `/root` and `/home/*`',
        'a rule of your own with the homes of your machines costs nothing',
      ),
      before: (host) => host.write('/srv/home/ci/.ssh/authorized_keys', ''),
      steps: [(host) => host.write('/srv/home/ci/.ssh/authorized_keys', 'ssh-ed25519 x\n')],
    },
    {
      id: 'keys-file-moved',
      in: 'host',
      attack: 'has sshd read keys from another file (AuthorizedKeysFile)',
      evades: ['ssh_file_changed'],
      outcome: SEEN,
      before: (host) => host.write('/etc/ssh/sshd_config', 'PermitRootLogin no\n'),
      steps: [(host) => host.append('/etc/ssh/sshd_config', 'AuthorizedKeysFile /tmp/keys\n')],
    },
    {
      id: 'library-of-login',
      in: 'host',
      attack:
        'replaces a library or a program of the host, such as `pam_unix.so`, in place of its configuration',
      evades: [ACCOUNTS],
      outcome: unseen(
        'no default rule names programs and libraries, which change with each update',
        'a rule of your own that names some: 0.01 ms for each and scrape, and a hash of the first MiB, 0.7 ms, when one changed',
      ),
      before: (host) => host.write('/usr/lib/security/pam_unix.so', BEFORE),
      steps: [(host) => host.write('/usr/lib/security/pam_unix.so', AFTER)],
    },
    {
      id: 'profile',
      in: 'host',
      attack:
        'adds to what each login runs: `/etc/profile.d`, `~/.bashrc`, `/etc/rc.local`, `/etc/ld.so.conf.d`',
      evades: [ACCOUNTS],
      outcome: unseen('no default rule names them', 'a rule of your own: 0.01 ms for each file and scrape'),
      before: (host) => mkdirSync(host.at('/etc/profile.d'), { recursive: true }),
      steps: [(host) => host.write('/etc/profile.d/x.sh', 'true\n')],
    },
    {
      id: 'manifest-link',
      in: 'host',
      attack:
        'adds a static pod by a link in `/etc/kubernetes/manifests`, and then changes the file that it leads to',
      evades: ['kubelet_manifest_changed'],
      outcome: SEEN,
      before: (host) => {
        host.write('/srv/pod.yaml', 'kind: Pod\n');
        mkdirSync(host.at('/etc/kubernetes/manifests'), { recursive: true });
      },
      steps: [
        (host) => symlinkSync('../../../srv/pod.yaml', host.at('/etc/kubernetes/manifests/x.yaml')),
        (host) => host.write('/srv/pod.yaml', 'kind: Pod # another\n'),
      ],
      times: 2,
    },
  ],
};

function linked(host: HostFolder): void {
  host.write('/srv/one', BEFORE);
  host.write('/srv/two', AFTER);
  mkdirSync(host.at('/etc'), { recursive: true });
  symlinkSync('../srv/one', host.at(PASSWD));
}
