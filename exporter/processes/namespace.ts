import { readlinkSync } from 'node:fs';
import { SourceError, sourceError } from '../base/errors.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { parseStatLine } from './stat-line.ts';

/** Kinds of namespaces, as in /proc/<pid>/ns. */
export type NamespaceKind = 'net' | 'user';

export const INIT = 1;
/** The parent of the kernel's threads, in the initial namespaces; visible where process 1 is the machine's own. */
const KTHREADD = 2;

/**
 * The inode number of a process's namespace, by which namespaces are told apart: its link reads `net:[4026531840]`.
 *
 * @returns undefined when the process has none any more
 * @throws {SourceError} `unreadable` without CAP_SYS_PTRACE for other users' processes
 */
export function namespaceInode(procfs: string, pid: number, kind: NamespaceKind): number | undefined {
  try {
    const inode = /\[(\d+)\]$/.exec(readlinkSync(`${procfs}/${pid}/ns/${kind}`))?.[1];
    return inode === undefined ? undefined : Number(inode);
  } catch (error) {
    throw sourceError(`proc/${pid}/ns/${kind}`, error);
  }
}

function isKernelThread(procfs: string, pid: number): boolean {
  const name = `proc/${pid}/stat`;
  const line = { state: 0, parent: 0, kernel: false, identity: 0, startTicks: 0 };
  const bytes = readSmall(`${procfs}/${pid}/stat`, name);
  parseStatLine(bytes, bytes.length, name, line);
  return line.kernel;
}

/** Namespaces of the kernel's own threads, which never change, where process 1 is shielded; by procfs and kind. */
const ofKernel = new Map<string, number | undefined>();

/**
 * The inode number of the host's namespace: that of process 1, or of the kernel's own threads where process 1 is
 * shielded even from CAP_SYS_PTRACE.
 *
 * @throws {SourceError} `unreadable` without CAP_SYS_PTRACE
 */
export function hostNamespace(procfs: string, kind: NamespaceKind): number | undefined {
  const key = `${procfs} ${kind}`;
  if (ofKernel.has(key)) return ofKernel.get(key);
  try {
    return namespaceInode(procfs, INIT, kind);
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'unreadable') throw error;
    if (!isKernelThread(procfs, KTHREADD)) throw error;
    const inode = namespaceInode(procfs, KTHREADD, kind);
    ofKernel.set(key, inode);
    return inode;
  }
}

/**
 * Whether the right to trace reaches the host's processes. A user namespace of the agent's own or a security module
 * (AppArmor's profile for containers) takes it away from CAP_SYS_PTRACE, and then also for the kernel's threads.
 */
export function reachesHost(procfs: string): boolean {
  try {
    if (isKernelThread(procfs, KTHREADD)) namespaceInode(procfs, KTHREADD, 'net');
    return true;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return error.code === 'absent';
  }
}
