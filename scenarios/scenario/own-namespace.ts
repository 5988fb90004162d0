/**
 * Network namespaces of a worker's own: nothing in one reaches anybody outside of it, and it is gone with its processes, however
 * they end. What happens in it is counted to the pod whose cgroup its processes are in.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { perlCommand, perlObstacle } from './perl.ts';

const execute = promisify(execFile);

/** With the rights of root, else with those that a user has in a user namespace of his own, where the kernel allows it. */
const WAYS = [
  ['unshare', '--net'],
  ['unshare', '--user', '--map-root-user', '--net'],
] as const;

interface Entrance {
  /** A command that runs what follows it in a new namespace; undefined where there is no way. */
  readonly way: readonly string[] | undefined;
  readonly obstacle: string | undefined;
}

/** The first way that leads into a namespace. */
async function findEntrance(): Promise<Entrance> {
  const obstacle = await perlObstacle();
  if (obstacle !== undefined) return { way: undefined, obstacle };
  let reason = '';
  for (const way of WAYS) {
    const [file, ...args] = [...way, ...perlCommand('own-namespace', '--', 'true')];
    try {
      await execute(file as string, args);
      return { way, obstacle: undefined };
    } catch (error) {
      const { stderr = '', message } = error as { stderr?: string; message: string };
      reason = (stderr.trim() || message).split('\n')[0] ?? '';
    }
  }
  const rights = 'needs a network namespace of its own: run it as root, or where users may make namespaces';
  return { way: undefined, obstacle: `${rights} (${reason})` };
}

/** Why there can be no such namespace here; undefined when there can. */
export async function namespaceObstacle(): Promise<string | undefined> {
  const { obstacle } = await findEntrance();
  return obstacle;
}

/**
 * A command that runs what follows it in a new namespace, which has nothing but loopback.
 *
 * @param addresses IPv4, of loopback there beside 127.0.0.1
 * @throws {Error} one line, see {@link namespaceObstacle}
 */
export async function enteringNamespace(addresses: readonly string[]): Promise<string[]> {
  const { way, obstacle } = await findEntrance();
  if (way === undefined) throw new Error(obstacle);
  return [...way, ...perlCommand('own-namespace', ...addresses, '--')];
}
