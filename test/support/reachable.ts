import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

const BIND = 'mount --bind "$0" "$1" && shift && exec "$@"';

/** Where a user without rights can run our programs from. */
export interface ReachableRoot {
  readonly root: string;
  /** Commands that make it so, and then run what follows them as root. */
  readonly wrap: readonly string[];
}

/** Whether a user can run a program of ours where it lies. */
function isReachable(uid: number): boolean {
  const reach = `require('node:fs').accessSync(${JSON.stringify(join(ROOT, 'dist', 'exporter', 'main.js'))})`;
  try {
    execFileSync(process.execPath, ['-e', reach], { uid, gid: uid, stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Here; or, where the checkout is below a folder that only its owner may enter, such as /root, a `folder` that it is mounted at as well, in
 * a mount namespace of its own.
 */
export function reachableRoot(uid: number, folder: () => string): ReachableRoot {
  if (isReachable(uid)) return { root: ROOT, wrap: [] };
  const root = folder();
  chmodSync(root, 0o755);
  return { root, wrap: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', BIND, ROOT, root] };
}
