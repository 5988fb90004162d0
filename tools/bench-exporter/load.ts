/** Loads that make an exporter work: processes, containers, network namespaces. All end when we do. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { hierarchies, removeCgroup } from '../programs/cgroups.ts';

/** Something to be taken away again. */
export interface Load {
  remove(): Promise<void>;
}

interface Sleepers extends Load {
  readonly pids: readonly number[];
}

/**
 * Starts `count` processes of `command` from a shell that waits for its standard input to close, which the kernel does
 * when this process dies, and then ends its whole process group.
 */
async function start(count: number, command: string): Promise<Sleepers> {
  const script = `i=0; while [ $i -lt ${count} ]; do ${command} & echo $!; i=$((i+1)); done; read _; kill 0`;
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const pids: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    pids.push(Number(line));
    if (pids.length === count) break;
  }
  return {
    pids,
    async remove() {
      const exit = once(child, 'exit');
      child.stdin.end();
      await exit;
    },
  };
}

const SLEEP = 'sleep 3600 >/dev/null';
const SLEEP_IN_OWN_NETWORK = `unshare -n ${SLEEP}`;

/** `count` processes that sleep. */
export function sleepers(count: number): Promise<Load> {
  return start(count, SLEEP);
}

/** `count` network namespaces with one sleeping process each; needs root. */
export function networkNamespaces(count: number): Promise<Load> {
  return start(count, SLEEP_IN_OWN_NETWORK);
}

/**
 * `count` cgroups in `podCount` pods, shaped as the kubelet's, in every hierarchy, a sleeping process in each, in the
 * host's network or one in its own; needs root.
 */
export async function containers(
  count: number,
  podCount = count,
  network: 'host network' | 'own network' = 'host network',
): Promise<Load> {
  const top = `kubevigil-bench-${randomBytes(6).toString('hex')}`;
  const { pids, remove } = await start(count, network === 'host network' ? SLEEP : SLEEP_IN_OWN_NETWORK);
  const roots = hierarchies();
  const pods = Array.from({ length: podCount }, () =>
    join(top, 'kubepods', 'burstable', `pod${randomUUID()}`),
  );
  const leaves = pids.map((_, i) => join(pods[i % podCount] ?? top, randomBytes(32).toString('hex')));
  for (const root of roots) {
    leaves.forEach((leaf, i) => {
      mkdirSync(join(root, leaf), { recursive: true });
      writeFileSync(join(root, leaf, 'cgroup.procs'), String(pids[i]));
    });
  }
  const folders = [...leaves, ...pods, join(top, 'kubepods', 'burstable'), join(top, 'kubepods'), top];
  return {
    async remove() {
      await remove();
      for (const root of roots) for (const folder of folders) await removeCgroup(join(root, folder));
    },
  };
}
