import { type ChildProcess, spawn } from 'node:child_process';
import { type Hardware, qemuArguments } from './hardware.ts';

/** Starts a guest, beside everything else that this machine does. It ends with us, however we end. */
export function startGuest(qemu: string, hardware: Hardware): ChildProcess {
  const command = ['--pdeathsig', 'KILL', 'nice', '-n', '10', qemu, ...qemuArguments(hardware)];
  return spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'inherit'] });
}
