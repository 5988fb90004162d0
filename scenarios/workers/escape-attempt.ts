/**
 * Tries what is tried to get out of a container, in namespaces of its own where none of it leads anywhere: mounts a tmpfs, writes files that are called
 * as those of control groups are, enters its own namespaces, looks for the runtime's sockets, and opens packet sockets. It runs in a network
 * namespace of its own.
 */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { startSteadily } from './start-steadily.ts';

/** All that is written lies in the tmpfs, which nobody else sees and which goes with the shell. */
const ATTEMPT = `
mount -t tmpfs tmpfs /mnt || exit
mkdir /mnt/cgrp
echo 1 > /mnt/cgrp/notify_on_release
echo /cmd > /mnt/cgrp/release_agent
nsenter --target $$ --mount --net true
for socket in /var/run/docker.sock /run/containerd/containerd.sock /run/crio/crio.sock; do [ -S "$socket" ]; done
for file in /proc/1/cgroup /proc/self/mountinfo /proc/sys/kernel/core_pattern; do read -r _ < "$file"; done
read -r _`;

export interface EscapeAttemptOptions extends WorkerOptions {
  readonly attemptsPerSecond: number;
  readonly sockets: number;
}

const { durationMs, attemptsPerSecond, sockets } = workerOptions<EscapeAttemptOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const attempts = startSteadily(life, children, attemptsPerSecond, (count) => {
  for (let i = 0; i < count; i++) children.start('unshare', ['--mount', 'sh', '-c', ATTEMPT]);
});
await Promise.all([attempts, runBound(perlCommand('packet-sockets', sockets), life)]);
await children.end();
finish();
