/** The campaigns from which the demo's detector learns, and the attacks that it is then shown. */

import type { NamedPlan } from '../plan.ts';

/** A row each second, as often as Prometheus scrapes: a few minutes have to be enough. */
export const STEP_SECONDS = 1;

const ATTACKS = ['cpu_burn', 'fork_burst', 'brute_force', 'port_scan'] as const;
const BACKGROUND = { requestsPerSecond: [5, 20] };
const STEP = `${STEP_SECONDS}s`;

/** Ordinary time with one benign look-alike in it. A window of eight rows in which an attack was is no example of quiet ones. */
const quiet = (name: string, normal: string) => ({
  ...{ name, step: STEP, normal, recovery: '2s', background: BACKGROUND },
  scenarios: [{ name: 'load_spike', duration: '6s' }],
});

const attacks = (name: string, repetitions: number) => ({
  ...{ name, step: STEP, normal: ['2s', '3s'], recovery: '2s', background: BACKGROUND },
  scenarios: ATTACKS.map((each) => ({ name: each, duration: '8s', intensity: [0.7, 1], repetitions })),
});

/** Plans one after the other: what is learned from, and what the learning is stopped and calibrated by. */
export const LEARNED: Readonly<Record<'train' | 'validation', readonly NamedPlan[]>> = {
  train: [quiet('demo-quiet', '30s'), attacks('demo-attacks', 2)],
  validation: [quiet('demo-quiet-again', '35s'), attacks('demo-attacks-again', 1)],
};

/** What the detector is shown. */
export interface Shown {
  readonly scenario: string;
  /** How it differs from what was learned, for people. */
  readonly form: string;
  readonly role: 'known' | 'unknown' | 'benign';
  /** Quantities in place of the scenario's own. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** In other forms than the training had: those were 0.7 to 1 times what a scenario does by itself. */
export const SHOWN: readonly Shown[] = [
  ...[
    { scenario: 'cpu_burn', form: 'processes busy for half of the time', parameters: { busyPercent: 50 } },
    {
      scenario: 'fork_burst',
      form: '300 processes a second',
      parameters: { forksPerSecond: 300, heldProcesses: 20 },
    },
    { scenario: 'brute_force', form: '8 logins a second', parameters: { loginsPerSecond: 8 } },
    { scenario: 'port_scan', form: '100 ports a second', parameters: { portsPerSecond: 100 } },
  ].map((each) => ({ ...each, role: 'known' as const })),
  { scenario: 'memory_leak', form: 'an attack that it never met', role: 'unknown', parameters: {} },
  { scenario: 'load_spike', form: 'nothing wrong', role: 'benign', parameters: {} },
];

/** A campaign of one of them. */
export function shownPlan({ scenario, parameters }: Shown): object {
  return {
    ...{ name: 'demo-live', step: STEP, normal: '4s', recovery: '2s', background: BACKGROUND },
    scenarios: [{ name: scenario, duration: '8s', parameters }],
  };
}
