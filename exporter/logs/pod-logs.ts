import type { V1Pod } from '@kubernetes/client-node';
import { type HostFiles, namesIn } from '../files/host-files.ts';
import type { ContainerOwner } from '../owners/owners.ts';
import type { PodSelector } from '../rules/model.ts';

const FOLDER = '/var/log/pods';
/** The kubelet gives a static pod's folder the hash of its manifest, not the uid that the API server knows. */
const STATIC_POD_HASH = 'kubernetes.io/config.hash';
const ATTEMPT = /^(\d{1,9})\.log$/;

/** The log file of a container's present attempt. */
export interface ContainerLogFile {
  readonly path: string;
  readonly owner: ContainerOwner;
}

/** Whether a rule selects the pod: its namespace, and all of the labels named. */
export function selects({ namespace, labels = {} }: PodSelector, { metadata }: V1Pod): boolean {
  if (namespace !== undefined && namespace !== metadata?.namespace) return false;
  return Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** `0.log.20261123-140000` and `0.log.20261123-140000.gz` are what the kubelet rotated away. */
function newestAttempt(names: readonly string[]): string | undefined {
  const attempts = names.flatMap((name) => ATTEMPT.exec(name)?.[1] ?? []).map(Number);
  return attempts.length === 0 ? undefined : `${Math.max(...attempts)}.log`;
}

/**
 * The log files of a pod's containers that a selector fits.
 *
 * @throws {SourceError} when a folder cannot be read
 */
export async function logFilesOf(
  { metadata }: V1Pod,
  { container: wanted }: PodSelector,
  hostFiles: HostFiles,
): Promise<ContainerLogFile[]> {
  const paths = hostFiles.paths.forOneLook();
  const { namespace = '', name: pod = '', uid = '', annotations = {} } = metadata ?? {};
  const folder = `${FOLDER}/${namespace}_${pod}_${annotations[STATIC_POD_HASH] ?? uid}`;
  const files: ContainerLogFile[] = [];
  for (const container of await namesIn(hostFiles, paths, folder)) {
    if (wanted !== undefined && wanted !== container) continue;
    const file = newestAttempt(await namesIn(hostFiles, paths, `${folder}/${container}`));
    const owner = { namespace, pod, container };
    if (file !== undefined) files.push({ path: `${folder}/${container}/${file}`, owner });
  }
  return files;
}
