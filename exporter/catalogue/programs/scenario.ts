import type { ProgramMetrics } from '../model/program-metric.ts';

/** The cluster, a pod's involvement, and a longer attack with its stage are labels only where they are told. */
const LABELS = [
  ...(['scenario', 'episode', 'node', 'namespace', 'pod', 'role', 'run'] as const),
  ...(['cluster', 'involvement', 'chain', 'stage'] as const),
] as const;

/** The ground truth as the scenarios expose it: moments are values, so that they are exact however seldom they are scraped. */
export const scenarioMetrics = {
  active: {
    name: 'kubevigil_scenario_active',
    type: 'gauge',
    help: 'Whether the episode is on.',
    labels: LABELS,
  },
  start: {
    name: 'kubevigil_scenario_start_timestamp_seconds',
    type: 'gauge',
    help: 'When the episode began: before its cause did.',
    labels: LABELS,
  },
  end: {
    name: 'kubevigil_scenario_end_timestamp_seconds',
    type: 'gauge',
    help: 'When the episode ended: after its effect stopped. Kept for 10 minutes.',
    labels: LABELS,
  },
} as const satisfies ProgramMetrics;
