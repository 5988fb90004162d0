/** The demo's campaign: short, and made of what its user's rights let the exporter see. */

/** Seen by whoever may run the demo. */
const ATTACKS = [
  'cpu_burn',
  'disk_thrash',
  'connection_exhaustion',
  'port_scan',
  'brute_force',
  'fork_burst',
  'memory_leak',
];
/** For root, to whom the exporter shows executables of all processes, and who may make the folder that is watched. */
const ROOTS_ATTACKS = ['implant', 'file_tamper'];
const LOOK_ALIKES = ['load_spike', 'admin_exec'];

/** Each lasts a few steps, so that its median is not that of its edges. */
const EPISODE = '8s';
const NORMAL = ['4s', '6s'];
const RECOVERY = '4s';

/** A plan of a campaign, as far as the demo looks at it. */
export interface NamedPlan {
  readonly name: string;
  readonly scenarios: readonly object[];
  readonly [key: string]: unknown;
}

/** A plan for `kubevigil-scenarios run`. */
export function demoPlan(stepSeconds: number, isRoot: boolean): NamedPlan {
  const names = [...ATTACKS, ...(isRoot ? ROOTS_ATTACKS : []), ...LOOK_ALIKES];
  return {
    name: 'demo',
    step: `${stepSeconds}s`,
    normal: NORMAL,
    recovery: RECOVERY,
    background: { requestsPerSecond: [5, 20] },
    scenarios: names.map((name) => ({ name, duration: EPISODE })),
  };
}

/** The rule by which the exporter sees logins to the victim fail. */
export function demoRules(victimLog: string): object {
  return {
    rules: [
      {
        name: 'demo_login_failed',
        on: 'log',
        category: 'auth',
        severity: 'warning',
        mitre: 'T1110',
        description: "A login to the demo's victim failed.",
        files: [victimLog],
        condition: 'line.contains("login failed")',
      },
    ],
  };
}
