import { LAB } from './inside/places.ts';

/** A file of the machines' root. */
interface RootFile {
  readonly path: string;
  readonly text: string;
  readonly append?: boolean;
  readonly mode?: number;
}

/** No password has it: nobody logs in, failures are what is wanted. */
const NO_PASSWORD = `$6$lab$${'.'.repeat(86)}`;

/** Rules over the default ones. */
const RULES = 'etc/kubevigil-rules.yaml';

const PAM_UNIX = (type: string) => `${type} required pam_unix.so\n`;

/** What the packages' scripts would have made, and what starts the checks. */
export const ROOT_FILES: readonly RootFile[] = [
  { path: 'etc/fstab', text: '' },
  { path: 'etc/hostname', text: 'lab\n' },
  { path: 'etc/machine-id', text: `${'0123456789abcdef'.repeat(2)}\n` },
  { path: 'etc/nsswitch.conf', text: 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' },
  {
    path: 'etc/passwd',
    append: true,
    text: [
      'sshd:x:101:65534::/run/sshd:/usr/sbin/nologin',
      'alice:x:1001:1001::/home/alice:/bin/sh',
      'bob:x:1002:1002::/home/bob:/bin/sh\n',
    ].join('\n'),
  },
  { path: 'etc/group', append: true, text: 'alice:x:1001:\nbob:x:1002:\n' },
  {
    path: 'etc/shadow',
    mode: 0o640,
    text: ['root:*', `alice:${NO_PASSWORD}`, `bob:${NO_PASSWORD}`]
      .map((user) => `${user}:20000::::::\n`)
      .join(''),
  },
  ...['auth', 'account', 'password', 'session'].map((type) => ({
    path: `etc/pam.d/common-${type}`,
    text: PAM_UNIX(type),
  })),
  { path: 'etc/pam.d/common-session-noninteractive', text: PAM_UNIX('session') },
  { path: 'etc/ssh/sshd_config', text: 'UsePAM yes\nKbdInteractiveAuthentication no\n' },
  { path: 'mnt/data/.keep', text: '' },
  { path: `${LAB.product}/.keep`, text: '' },
  {
    path: 'etc/systemd/system/lab.service',
    text: `[Unit]
After=systemd-journald.service
Requires=systemd-journald.service
[Service]
Type=oneshot
ExecStartPre=/bin/mount -o ro /dev/vdc ${LAB.product}
ExecStart=/usr/bin/node ${LAB.product}/lab/main.js
ExecStopPost=/bin/systemctl poweroff --force --force
StandardError=journal+console
`,
  },
  {
    path: RULES,
    text: `rules:
  - name: shell_in_container
    on: exec
    severity: info
    mitre: T1609
    description: A shell in a container, also the first program of a container, as the lab's are.
    condition: in_container && name in ["sh", "bash"]
`,
  },
  {
    path: 'etc/systemd/system/kubevigil.service',
    text: `[Service]
ExecStart=/usr/bin/node ${LAB.product}/app/dist/exporter/main.js --web.listen-address=${LAB.address} --rules.file=/${RULES}
StandardError=append:${LAB.log}
`,
  },
];
