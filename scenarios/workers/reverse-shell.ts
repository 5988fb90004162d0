/**
 * Shells whose standard input, output and error are a socket, to a listener of this worker that types a few harmless commands. A shell ends when
 * its socket does, which the kernel closes however this process ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { openSink, type Sink } from './own-sink.ts';
import { reset } from './reset.ts';

/** What whoever got in types first. */
const COMMANDS = ['id', 'uname -a', 'pwd', 'ls /'];
const SESSION_MS = 1_000;

export interface ReverseShellOptions extends WorkerOptions {
  /** This machine's own. */
  readonly address: string;
  /** Shells at a time. */
  readonly sessions: number;
}

const { durationMs, address, sessions } = workerOptions<ReverseShellOptions>();
const life = lifetime(durationMs);

async function type(socket: Socket): Promise<void> {
  socket.resume();
  for (const command of COMMANDS) {
    if (socket.writable) socket.write(`${command}\n`);
    await life.pause(SESSION_MS / COMMANDS.length);
  }
  reset(socket);
}

async function connectShell({ port }: Sink): Promise<ChildProcess> {
  // Paused, or Node would read what is meant for the shell.
  const socket = new Socket().pause();
  await once(socket.connect(port, address), 'connect');
  const shell = spawn('sh', [], { stdio: [socket, socket, socket] });
  // The shell has it now; letting go of it here does not end the connection.
  socket.on('error', () => {}).destroy();
  return shell;
}

async function session(sink: Sink): Promise<void> {
  while (life.goesOn()) {
    const began = performance.now();
    const shell = await connectShell(sink);
    await once(shell, 'exit');
    await life.pause(SESSION_MS - (performance.now() - began));
  }
}

const sink = await openSink(address, [0], (socket) => void type(socket));
await Promise.all(
  Array.from({ length: sessions }, async (_, index) => {
    await life.pause((index / sessions) * SESSION_MS);
    await session(sink);
  }),
);
sink.close();
finish();
