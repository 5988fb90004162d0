import { z } from 'zod';
import { formatDuration } from '../../common/duration.ts';
import { duration, positiveDuration } from '../../common/duration-schema.ts';
import { nearest } from '../../common/nearest.ts';
import { recordSchema } from '../../common/record-schema.ts';
import { CLUSTER_NAME, isClusterName } from '../ground-truth/episode.ts';
import { SCENARIOS } from '../registry/registry.ts';
import { affectedSchema, involvementSchema, MAX_DURATION_SECONDS } from '../serve/requests.ts';
import { MAX_REQUESTS_PER_SECOND } from '../victim/background.ts';

const MAX_DURATION_MS = MAX_DURATION_SECONDS * 1000;
const MOST_REPETITIONS = 1_000;

const episodeDuration = positiveDuration.refine(
  (ms) => ms <= MAX_DURATION_MS,
  `must be at most ${formatDuration(MAX_DURATION_MS)}`,
);

/** A value, or the range that it is drawn from. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** One value, or `[least, most]`. */
function rangeOf(one: z.ZodType<number>) {
  return z
    .preprocess((value) => (Array.isArray(value) ? value : [value, value]), z.tuple([one, one]))
    .transform(([min, max]): Range => ({ min, max }))
    .refine(({ min, max }) => min <= max, 'must be [least, most]');
}

const names = SCENARIOS.map(({ name }) => name);
const name = z.string().regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, _ . or -');

const scenarioName = z.string().refine((text) => names.includes(text), {
  error: ({ input }) => {
    const near = nearest(String(input), names);
    const remedy = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
    return `there is no scenario ${JSON.stringify(input)}: ${remedy}`;
  },
});
const repetitions = z.int().min(1).max(MOST_REPETITIONS).default(1);

/** How a scenario is done, alone or in a chain. */
const manner = {
  duration: rangeOf(episodeDuration),
  intensity: rangeOf(z.number().gt(0).max(1)).prefault([1, 1]),
  /** The service that suffers; without it the victim of the node that it is done on. */
  target: z.string().min(1).optional(),
  /** In place of the scenario's own quantities. */
  parameters: recordSchema(z.number()).optional(),
  /** Nodes, or pods on them, that suffer beside the one that it is done on: where the target is. */
  affects: z.array(affectedSchema).default([]),
  /** Of the pod that it is done in, where it is one; without it that is the attacker. */
  involvement: involvementSchema.optional(),
};

const item = z.strictObject({
  name: scenarioName,
  repetitions,
  ...manner,
  /** On one of the targets, drawn each time, or on all of them at once. */
  on: z.enum(['one', 'all']).default('one'),
});

const stage = z
  .strictObject({
    /** What the attacker is at: `scan`, `break-in`, `persistence`, `mining`, `exfiltration`. */
    stage: name,
    scenario: scenarioName,
    /** Time since the chain's start, so that stages overlap; without it the stage begins when the one before it is over. */
    at: rangeOf(duration).optional(),
    /** Between the end of the stage before and the start of this one. */
    pause: rangeOf(duration).prefault('0s'),
    /** A slow attack comes again and again: so often, */
    repetitions,
    /** from one start to the next, and never before the one before is over. */
    every: rangeOf(positiveDuration).optional(),
    ...manner,
    /** On the first node of the chain, the second and so on, or on all targets. The order is drawn for each chain. */
    on: z.union([z.int().min(1), z.literal('all')]).default(1),
  })
  .refine(({ repetitions: times, every }) => times === 1 || every !== undefined, {
    path: ['every'],
    error: 'is missing: say how far apart the repetitions begin, such as [5m, 15m]',
  });

const MOST_STAGES = 50;
/** A day of a slow attack. */
const MOST_CHAIN_EPISODES = 2_000;

const chain = z
  .strictObject({ name, repetitions, stages: z.array(stage).min(1).max(MOST_STAGES) })
  .refine(({ stages }) => stages.reduce((sum, own) => sum + own.repetitions, 0) <= MOST_CHAIN_EPISODES, {
    path: ['stages'],
    error: `must have at most ${MOST_CHAIN_EPISODES} episodes`,
  });

const target = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://10.0.0.7:24925' }),
  tokenFile: z.string().min(1).optional(),
  /** PEM of the authority that signed the service's certificate. */
  caFile: z.string().min(1).optional(),
  /** The cluster that it is in, where the service does not tell it. */
  cluster: z.string().refine(isClusterName, CLUSTER_NAME).optional(),
});

/** What a campaign's file says. */
export const planSchema = z
  .strictObject({
    name: name.default('campaign'),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    /** The dataset's: what a row covers. */
    step: positiveDuration.prefault('15s'),
    /** The longest time that a feature looks back; without it the step, as in the dataset's configuration. */
    window: positiveDuration.optional(),
    /** Normal time before each episode and after the last. */
    normal: rangeOf(positiveDuration).prefault(['5m', '10m']),
    /** After each episode, before its node counts as normal again. */
    recovery: positiveDuration.optional(),
    background: z
      .strictObject({ requestsPerSecond: rangeOf(z.number().min(0).max(MAX_REQUESTS_PER_SECOND)) })
      .prefault({ requestsPerSecond: [5, 20] }),
    scenarios: z.array(item).default([]),
    /** Attacks of several stages, in random order with the scenarios; each is one attack to a dataset's split. */
    chains: z
      .array(chain)
      .max(100)
      .default([])
      .refine((all) => new Set(all.map((own) => own.name)).size === all.length, 'two have the same name'),
    /** Services on other nodes; without them this machine. */
    targets: z.array(target).min(1).optional(),
  })
  .transform((plan, context) => {
    if (plan.scenarios.length + plan.chains.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['scenarios'],
        message: 'is missing, and so is chains: say what is to be done',
      });
      return z.NEVER;
    }
    const windowMs = Math.max(plan.window ?? 0, plan.step);
    const recovery = plan.recovery ?? windowMs;
    if (recovery >= windowMs) return { ...plan, window: windowMs, recovery };
    context.addIssue({
      code: 'custom',
      path: ['recovery'],
      message: `${formatDuration(recovery)} is shorter than ${formatDuration(windowMs)}, for which features remember an attack (window, else step)`,
    });
    return z.NEVER;
  });

export type Plan = z.output<typeof planSchema>;
export type PlanTarget = z.output<typeof target>;

/** The scenarios of a plan, of its chains too, each once. */
export function scenarioNames({ scenarios, chains }: Pick<Plan, 'scenarios' | 'chains'>): string[] {
  const staged = chains.flatMap(({ stages }) => stages.map(({ scenario }) => scenario));
  return [...new Set([...scenarios.map((own) => own.name), ...staged])];
}
