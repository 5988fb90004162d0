/**
 * Writes to journald, follows what it writes, and prints that beside what journalctl reads: to be run where a journald of its
 * own runs, in a mount namespace. Its argument is a folder for messages.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHostFiles } from '../../exporter/files/host-files.ts';
import { HangGuard } from '../../exporter/kernel/hang-guard.ts';
import { Journal } from '../../exporter/logs/journal/journal.ts';

const IDENTIFIERS = ['sshd', 'sudo'];
const SEND = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0); my $to = pack_sockaddr_un('/run/systemd/journal/socket');
for (@ARGV) { open my $f, '<:raw', $_; local $/; send($s, <$f>, 0, $to) or die "$!" }`;

const [folder = ''] = process.argv.slice(2);
const found: string[] = [];
const errors: string[] = [];
const journal = new Journal(openHostFiles('', new HangGuard()), (line) => found.push(line.slice(16)));
let sent = 0;

/** As in systemd's native protocol: a name, the length, the bytes. */
function field(name: string, value: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')]);
}

function send(count: number): void {
  const paths: string[] = [];
  for (let i = 0; i < count; i++, sent++) {
    const identifier = [...IDENTIFIERS, 'other'][sent % 3] ?? '';
    const noise = Buffer.from(Array.from({ length: (sent * 37) % 400 }, (_, k) => (k * sent * 31 + 1) % 256));
    const message = Buffer.concat([Buffer.from(`${sent} `), noise]);
    const path = join(folder, String(sent));
    writeFileSync(
      path,
      Buffer.concat([field('SYSLOG_IDENTIFIER', Buffer.from(identifier)), field('MESSAGE', message)]),
    );
    paths.push(path);
  }
  execFileSync('perl', ['-e', SEND, ...paths]);
  for (const path of paths) rmSync(path);
  execFileSync('journalctl', ['--sync']);
}

async function poll(): Promise<void> {
  errors.push(...(await journal.poll(IDENTIFIERS)).map(({ message }) => message));
}

interface Json {
  readonly SYSLOG_IDENTIFIER: string;
  readonly _HOSTNAME: string;
  readonly _PID: string;
  readonly MESSAGE: string | number[];
}

function asJournalctlReads(): string[] {
  const filter = IDENTIFIERS.map((identifier) => `--identifier=${identifier}`);
  const fields = '--output-fields=SYSLOG_IDENTIFIER,_HOSTNAME,_PID,MESSAGE';
  const text = execFileSync('journalctl', ['--quiet', '--all', '--output=json', fields, ...filter], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json)
    .map(({ SYSLOG_IDENTIFIER: identifier, _HOSTNAME: host, _PID: pid, MESSAGE: message }) => {
      const whole = typeof message === 'string' ? message : Buffer.from(message).toString('utf8');
      return `${host} ${identifier}[${pid}]: ${whole}`.replace(/[\n\r\0]/g, ' ');
    });
}

send(3);
const before = asJournalctlReads().length;
await poll();
send(50);
await poll();
send(20);
execFileSync('journalctl', ['--rotate']);
send(20);
await poll();
execFileSync('journalctl', ['--rotate']);
send(7);
execFileSync('journalctl', ['--rotate']);
await poll();
mkdirSync('/var/log/journal', { recursive: true });
execFileSync('journalctl', ['--flush']);
await poll();
send(300);
await poll();
await poll();
await journal.close();
const expected = asJournalctlReads().slice(before);
process.stdout.write(JSON.stringify({ found, expected, errors }));
