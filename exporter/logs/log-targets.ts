import type { V1Pod } from '@kubernetes/client-node';
import { SourceError } from '../base/errors.ts';
import type { HostFiles } from '../files/host-files.ts';
import { type ContainerOwner, HOST } from '../owners/owners.ts';
import type { RuleOn } from '../rules/model.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { logFilesOf, selects } from './pod-logs.ts';

export type LogRule = RuleOn<'log'>;

const MAX_FILES = 200;

/** A log file to read, and the rules that read it. */
export interface LogTarget {
  readonly path: string;
  readonly owner: ContainerOwner;
  /** Whether a container runtime writes it, in a form of its own. */
  readonly ofContainer: boolean;
  readonly rules: readonly LogRule[];
}

/**
 * The files that log rules name, and those of the containers that they select, by path.
 *
 * @param errors receives what could not be read, and that there are too many
 */
export async function logTargets(
  rules: RuleSet,
  pods: readonly V1Pod[],
  files: HostFiles,
  errors: SourceError[],
): Promise<ReadonlyMap<string, LogTarget>> {
  const targets = new Map<string, LogTarget>();
  const add = (rule: LogRule, path: string, owner: ContainerOwner, ofContainer: boolean) => {
    const known = targets.get(path);
    if (known === undefined && targets.size >= MAX_FILES) {
      throw new SourceError('failed', path, `${path}: not read, rules name more than ${MAX_FILES} logs`);
    }
    targets.set(path, { path, owner, ofContainer, rules: [...(known?.rules ?? []), rule] });
  };
  for (const rule of rules.on('log')) {
    const { source } = rule;
    const selector = source.pods;
    try {
      for (const path of new Set(source.files)) add(rule, path, HOST, false);
      if (selector === undefined) continue;
      for (const pod of pods.filter((candidate) => selects(selector, candidate))) {
        const found = await logFilesOf(pod, selector, files);
        for (const { path, owner } of found) add(rule, path, owner, true);
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      errors.push(error);
    }
  }
  return targets;
}
