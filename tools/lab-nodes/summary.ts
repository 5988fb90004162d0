import { MS_PER_SECOND } from '../../common/ms.ts';
import type { NodeFacts } from './facts.ts';
import { type LabNode, planOf } from './plan.ts';
import type { LabResults } from './results.ts';
import type { State } from './state.ts';

/** A node with what was counted in its dataset. */
export interface CountedNode {
  readonly node: LabNode;
  readonly facts: NodeFacts;
}

/** Everything that the page tells. */
export function resultsOf(
  state: State,
  counted: readonly CountedNode[],
  { judgements, campaigns }: Pick<LabResults, 'judgements' | 'campaigns'>,
  about: Pick<LabResults, 'date' | 'columns' | 'evaluated' | 'evaluationSeeds'>,
): LabResults {
  const { wishes, chosen, leftOut, failures, kernels, clockMs, commits } = state;
  const nodes = counted.map(({ node, facts }) => ({
    ...{ name: node.name, role: node.role, kernel: kernels[node.name] ?? node.kernel },
    ...facts,
    clockMs: clockMs[node.name] ?? 0,
  }));
  const plan = planOf(
    counted.map(({ node }) => node),
    chosen ?? { attacks: [], benign: [] },
    wishes,
  );
  return {
    ...about,
    ...{ commits, node: process.versions.node, seed: wishes.seed },
    repetitions: wishes.repetitions,
    durationSeconds: wishes.durationMs / MS_PER_SECOND,
    gapSeconds: wishes.gapMs / MS_PER_SECOND,
    quietSeconds: wishes.quietMs / MS_PER_SECOND,
    ...{ nodes, leftOut, failures, judgements, campaigns },
    planned: [...plan.values()].flat().filter(({ kind }) => kind === 'episode').length,
    done: nodes.reduce((sum, { attacks, benign }) => sum + attacks + benign, 0),
  };
}
