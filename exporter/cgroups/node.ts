import { readFileSync, readlinkSync } from 'node:fs';
import { SourceError } from '../base/errors.ts';
import { placeOfMember } from './hierarchy.ts';
import { parseMemberships } from './membership.ts';
import { INITIAL_NAMESPACE } from './namespace.ts';

const isSystemError = (error: unknown) => error instanceof Error && 'code' in error;

function hasOwnNamespace(procfs: string): boolean {
  try {
    return readlinkSync(`${procfs}/1/ns/cgroup`) !== INITIAL_NAMESPACE;
  } catch (error) {
    if (isSystemError(error)) return false; // not to be seen, or before Linux 4.6
    throw error;
  }
}

function liesInContainer(procfs: string): boolean {
  const name = 'proc/1/cgroup';
  try {
    const place = placeOfMember(parseMemberships(readFileSync(`${procfs}/1/cgroup`, 'latin1'), name));
    return place !== undefined && place.podUid === undefined;
  } catch (error) {
    if (error instanceof SourceError || isSystemError(error)) return false;
    throw error;
  }
}

/**
 * Whether this node is a container itself, as the nodes of kind, k3d and minikube are: its first process has a cgroup
 * namespace of its own, or lies in a container that is in no pod. Pods within that container are then the node's.
 *
 * @param procfs where the node's procfs is mounted
 */
export function isNestedNode(procfs: string): boolean {
  return hasOwnNamespace(procfs) || liesInContainer(procfs);
}
