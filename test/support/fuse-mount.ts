import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./fuse-server-main.js', import.meta.url));
const OPTIONS = 'fd=3,rootmode=40000,user_id=0,group_id=0';

/** A mounted filesystem with one file, `program`, whose server can be stopped: then whoever asks it waits. */
export interface FuseMount {
  stop(): void;
  resume(): void;
  /** Ends the server, which wakes everybody who waits, and unmounts. */
  end(): Promise<void>;
}

/** Mounts it, or says why this machine does not allow that. */
export function fuseMount(folder: string, program: string): FuseMount | string {
  let device: number;
  try {
    device = openSync('/dev/fuse', 'r+');
  } catch (error) {
    return String(error);
  }
  try {
    const stdio = ['ignore', 'pipe', 'pipe', device] as const;
    const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', OPTIONS, 'program', folder], {
      stdio: [...stdio],
      encoding: 'utf8',
    });
    if (mounted.status !== 0) return mounted.stderr.trim();
    const server = spawn(process.execPath, [SERVER, program], {
      stdio: ['ignore', 'ignore', 'inherit', device],
    });
    const closed = once(server, 'close');
    return {
      stop: () => server.kill('SIGSTOP'),
      resume: () => server.kill('SIGCONT'),
      async end() {
        server.kill('SIGKILL');
        await closed;
        spawnSync('umount', ['-l', folder]);
      },
    };
  } finally {
    closeSync(device);
  }
}
