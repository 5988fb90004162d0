/**
 * The three tiers of tests, told by the ends of their files' names:
 *
 * - `<name>.test.ts`: calls our code; no programs, no sockets
 * - `<name>.real.test.ts`: programs and servers on loopback, with ports and folders of their own
 * - `<name>.machine.test.ts`: needs root, looks at the whole machine or changes it (cgroups, namespaces, mounts, tracing), or has figures
 *   that a neighbour moves
 *
 * The first two may run beside each other. Of the third one file runs at a time, beside the others, as what it looks at is its own pods' and mounts'; those that
 * {@link MEASURE} run alone.
 */
const TIERS = ['pure', 'real', 'machine'] as const;
export type Tier = (typeof TIERS)[number];

const ENDING = /(?:\.(?<tier>real|machine))?\.test\.[jt]s$/;

/** The tier of a test file. */
export function tierOf(file: string): Tier {
  return (ENDING.exec(file)?.groups?.['tier'] ?? 'pure') as Tier;
}

/** The path of a test file without what every one has: `builder/crash.real` of `dist/test/builder/crash.real.test.js`. */
export function shortName(file: string): string {
  return file.replace(/^(.*?\bdist\/)?test\//, '').replace(/\.test\.[jt]s$/, '');
}

/**
 * Tests whose figures a neighbour moves, or that leave nothing to one, by short name.
 *
 * @internal exported for its own tests
 */
export const MEASURE: Readonly<Record<string, string>> = {
  'exporter/agreement.machine': "compares the machine's figures with another exporter's",
  'exporter/attacks.machine': "counts the host's processes and series, and resident memory",
  'exporter/clients.machine': 'resident memory under 200 scrapes at once',
  'exporter/host-causes.machine': "moves the host's figures, and looks that others stay still",
  'exporter/trace/live/exec-source.machine':
    'bursts that the agent must read from the kernel in time, to the last one',
  'exporter/program/heap-flags.machine': 'when V8 compiles and how far its heap grows',
  'scenarios/end-to-end.machine': "what scenarios move of the node's figures",
  'tools/test-siege/siege.machine': 'takes all CPUs',
};

export interface Plan {
  /** Files that may run beside each other; long ones first, so that no worker is left with them at the end. */
  readonly together: readonly string[];
  /** Files of which one runs at a time, beside those. */
  readonly oneAtATime: readonly string[];
  /** Files that run one after the other, when nothing else does. */
  readonly alone: readonly string[];
}

/** Which files run how. */
export function planOf(files: readonly string[]): Plan {
  const of = (tier: Tier) => files.filter((file) => tierOf(file) === tier).sort();
  const measures = (file: string) => shortName(file) in MEASURE;
  return {
    together: [...of('real'), ...of('pure')],
    oneAtATime: of('machine').filter((file) => !measures(file)),
    alone: of('machine').filter(measures),
  };
}
