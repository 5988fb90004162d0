import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const SCRIPT = `
exec 3<>/dev/fuse || exit 1
mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 dead "$0" || exit 1
echo mounted
read -r _
umount -l "$0"
`;

/** A mounted filesystem whose server never answers: every call into it waits until {@link DeadMount.end}. */
export interface DeadMount {
  end(): Promise<void>;
}

async function firstWord({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    stdout?.once('data', (text) => resolve(String(text)));
    stderr?.once('data', (text) => resolve(String(text)));
  });
}

/** Mounts it, or says why this machine does not allow that. */
export async function deadMount(folder: string): Promise<DeadMount | string> {
  const child = spawn('sh', ['-c', SCRIPT, folder], { stdio: 'pipe' });
  const closed = once(child, 'close');
  const word = await firstWord(child);
  if (word.trim() !== 'mounted') {
    await closed;
    return word.trim();
  }
  return {
    async end() {
      child.stdin.end('\n');
      await closed;
    },
  };
}
