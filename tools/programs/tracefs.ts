import { spawnSync } from 'node:child_process';

const MOUNT = 'mount -t tracefs none "$0" && exec "$@"';

/**
 * A command that runs what follows it where tracefs is mounted at `folder`: in a mount namespace of its own, so that
 * nothing is left of it. `then` comes between, such as a setpriv that gives the right to mount away again.
 */
export function seeingTracefs(folder: string, then: readonly string[] = []): string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', MOUNT, folder, ...then];
}

/** Why this machine or user cannot have that; undefined when it can. */
export function tracefsRefusal(folder: string): string | undefined {
  const [command = '', ...args] = seeingTracefs(folder, ['true']);
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
