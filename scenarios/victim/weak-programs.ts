/**
 * The programs that weak pages run. They are constants: nothing of a request, not even a part of one, reaches a command line, an
 * environment or an input.
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SINK_PORT, sinkAddress } from './weak-access.ts';

/** More are not run at a time, whoever asks. */
const MOST_AT_ONCE = 64;
const LONGEST_MS = 5_000;
/** One that fails does so at once; nobody waits for the others, as services do not that serve others meanwhile. */
const FAILS_WITHIN_MS = 100;
/** An anonymous bind, message 1, as every LDAP client begins (RFC 4511, 4.2). */
const LDAP_BIND = Buffer.from('300c020101600702010304008000', 'hex');

/**
 * Connects, as nobody in particular, to addresses at which clouds have metadata services. The socket is bound to `lo`, which needs no rights
 * since Linux 5.7: what is sent goes out on loopback, where nobody has such an address, and nowhere else. Where binding fails nothing is
 * connected to. The port is drawn, because a destination is new only once.
 */
const METADATA = `
use strict; use Socket; use Fcntl;
my @services = qw(169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192);
my @held;
for my $service (@services) {
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
  setsockopt($socket, SOL_SOCKET, 25, "lo\\0") or die "SO_BINDTODEVICE: $!";
  fcntl($socket, F_SETFL, O_NONBLOCK) or die "fcntl: $!";
  connect($socket, pack_sockaddr_in(1 + int(rand(65535)), inet_aton($service)));
  push @held, $socket;
}
select(undef, undef, undef, 1);
`;

interface WeakProgram {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * All of them, by what stands for what.
 *
 * @internal exported for tests
 */
export const WEAK_PROGRAMS = {
  // Alive for longer than the second between two looks of an agent that polls.
  shell: { file: 'sh', args: ['-c', 'id; sleep 1.5'] },
  metadata: { file: 'perl', args: ['-e', METADATA] },
} as const satisfies Readonly<Record<string, WeakProgram>>;

export type WeakProgramName = keyof typeof WEAK_PROGRAMS;

/** What became of a program that a page ran. */
export type WeakOutcome = 'done' | 'failed' | 'busy';

let running = 0;

/** Starts one, which ends by itself; never rejects. */
export async function runWeakProgram(name: WeakProgramName): Promise<WeakOutcome> {
  if (running >= MOST_AT_ONCE) return 'busy';
  running++;
  const { file, args } = WEAK_PROGRAMS[name];
  const child = spawn(file, args, {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    stdio: 'ignore',
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)).once('exit', resolve);
  }).finally(() => {
    running--;
  });
  const code = await Promise.race([ended, sleep(FAILS_WITHIN_MS, 0, { ref: false })]);
  return code === 0 ? 'done' : 'failed';
}

/** Calls back as a logger does that looks a name up by LDAP, to the scenario's own sink; whether it answered. */
export function callBack(token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(SINK_PORT, sinkAddress(token));
    socket.setTimeout(LONGEST_MS, () => socket.destroy());
    socket.once('connect', () => socket.write(LDAP_BIND));
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => {});
    socket.once('close', () => resolve(false));
  });
}
