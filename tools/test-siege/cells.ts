/** Pods and containers of the siege: cgroups as a kubelet makes them, and what the API server tells of them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { hierarchies, removeCgroup, removeCgroupTree } from '../programs/cgroups.ts';

export const NODE = 'siege-node';
export const NAMESPACE = 'siege';
/** Pods whose logs the siege's rules read. */
export const LOG_LABEL = { 'kubevigil.io/siege': 'logs' } as const;

/** How the kubelet ranks a pod: by its requests, or behind all that have some. */
export type Rank = 'burstable' | 'besteffort';
/** As the kubelet derives them: 1,024 for each requested CPU, and 2 where nothing is requested. */
const LEAST_SHARES = 2;
/** On a node everything beside the pods has one such share together; where groups are flat, each process has one. */
const NODE_SHARES = 16_384;
const BURSTABLE_SHARES = 128;
/** How hostile clients and floods share what the others leave. */
export const HOSTILE_SHARES = 32;

/** A container of a pod of its own. */
export interface Cell {
  readonly podUid: string;
  readonly containerId: string;
  readonly pod: string;
  readonly container: string;
  /** The files into which a process writes itself to be in it. */
  readonly doors: readonly string[];
  /** The same file of each hierarchy, where that hierarchy has it. */
  files(name: string): string[];
}

const folderOf = (rank: Rank, podUid: string) => join('kubepods', rank, `pod${podUid}`);

/** The node's `kubepods`, in every hierarchy. */
export class Cells {
  readonly #top = `kubevigil-siege-${randomBytes(6).toString('hex')}`;
  readonly #roots = hierarchies();

  constructor() {
    this.#share('', NODE_SHARES);
    this.#share('kubepods/burstable', BURSTABLE_SHARES);
    this.#share('kubepods/besteffort', LEAST_SHARES);
  }

  /** @param shares of the CPU, as of a pod that requests some */
  make(name: string, rank: Rank, shares = LEAST_SHARES): Cell {
    const [podUid, containerId] = [randomUUID(), randomBytes(32).toString('hex')];
    const pod = folderOf(rank, podUid);
    this.#share(pod, shares);
    const path = join(pod, containerId);
    this.#share(path, shares);
    const files = (file: string) =>
      this.#folders(path)
        .map((folder) => join(folder, file))
        .filter(existsSync);
    return { podUid, containerId, pod: name, container: 'main', doors: files('cgroup.procs'), files };
  }

  async remove({ podUid, containerId }: Cell): Promise<void> {
    for (const rank of ['burstable', 'besteffort'] satisfies Rank[]) {
      const pod = folderOf(rank, podUid);
      for (const folder of this.#folders(join(pod, containerId))) await removeCgroupTree(folder);
      for (const folder of this.#folders(pod)) await removeCgroup(folder);
    }
  }

  async removeAll(): Promise<void> {
    for (const folder of this.#folders('')) await removeCgroupTree(folder);
  }

  #folders(path: string): string[] {
    return this.#roots.map((root) => join(root, this.#top, path));
  }

  #share(path: string, shares: number): void {
    for (const folder of this.#folders(path)) {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, 'cpu.shares');
      if (existsSync(file)) writeFileSync(file, String(shares));
    }
  }
}

/** A cell's pod as the API server has it. */
export function podOf(
  { podUid, containerId, pod, container }: Cell,
  labels: Record<string, string> = {},
): V1Pod {
  return {
    metadata: { uid: podUid, name: pod, namespace: NAMESPACE, labels },
    spec: { nodeName: NODE, containers: [{ name: container, image: 'registry.example/siege:1' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          ...{ name: container, containerID: `containerd://${containerId}`, image: '', imageID: '' },
          ...{ ready: true, restartCount: 0 },
        },
      ],
    },
  };
}

/** A pod's folder of logs, from /var/log/pods. */
export const logFolderOf = ({ pod, podUid, container }: Cell) =>
  join(`${NAMESPACE}_${pod}_${podUid}`, container);
