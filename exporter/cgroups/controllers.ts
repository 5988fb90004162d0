import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceError } from '../base/errors.ts';
import { type Hierarchies, UNIFIED } from './hierarchy.ts';

/** The controllers that container figures come from, by their names in v2 and v1. */
const CONTROLLERS = {
  cpu: { v2: 'cpu', v1: 'cpu' },
  cpuUsage: { v2: 'cpu', v1: 'cpuacct' },
  memory: { v2: 'memory', v1: 'memory' },
  io: { v2: 'io', v1: 'blkio' },
} as const;

export type Controller = keyof typeof CONTROLLERS;

/** Where a controller's figures are. */
export interface Mounted {
  readonly version: 1 | 2;
  readonly folder: string;
}

/**
 * Finds the hierarchy of a controller: the v2 one where it has the controller, else a v1 one of its own. In hybrid
 * mode the v2 hierarchy exists beside them and has no controller.
 *
 * @returns undefined where this kernel has neither
 * @throws {SourceError}
 */
export function findController(hierarchies: Hierarchies, controller: Controller): Mounted | undefined {
  const { v1, v2 } = CONTROLLERS[controller];
  const unified = hierarchies.folder(UNIFIED);
  if (unified !== undefined && available(unified).includes(v2)) return { version: 2, folder: unified };
  const folder = hierarchies.folder(v1);
  return folder === undefined ? undefined : { version: 1, folder };
}

function available(unified: string): string[] {
  try {
    return readFileSync(join(unified, 'cgroup.controllers'), 'utf8').trim().split(' ');
  } catch (error) {
    throw sourceError('sys/fs/cgroup/cgroup.controllers', error);
  }
}
