import { z } from 'zod';
import { recordSchema } from '../../common/record-schema.ts';
import { INVOLVEMENTS } from '../../dataset/episodes/contract.ts';
import { CLUSTER_NAME, isClusterName } from '../ground-truth/episode.ts';
import { ScenariosError } from '../scenario/errors.ts';
import { MAX_REQUESTS_PER_SECOND } from '../victim/background.ts';

/** No scenario is on for longer, whoever asks. */
export const MAX_DURATION_SECONDS = 3_600;

const LONGEST_TARGET = 300;
const MOST_AFFECTED = 16;
const NAME = /^[\w.:-]{1,100}$/;
const name = z.string().regex(NAME, 'must be 1 to 100 letters, digits, _ . : or -');

const durationSeconds = z
  .number()
  .positive()
  .max(MAX_DURATION_SECONDS, { error: `must be at most ${MAX_DURATION_SECONDS} (an hour)` });

/** What a pod has to do with an attack. */
export const involvementSchema = z.enum(INVOLVEMENTS);

/** A node, or a pod on it. */
export const affectedSchema = z
  .strictObject({
    /** Without it the cluster of the node that the scenario is done on. */
    cluster: z.string().refine(isClusterName, CLUSTER_NAME).optional(),
    node: name,
    namespace: name.or(z.literal('')).default(''),
    pod: name.or(z.literal('')).default(''),
    /** Without it a pod is a victim of an attack. */
    involvement: involvementSchema.optional(),
  })
  .refine(({ pod, involvement }) => pod !== '' || involvement === undefined, {
    path: ['involvement'],
    error: 'is of a pod: name the pod too',
  });

const startSchema = z
  .strictObject({
    durationSeconds,
    intensity: z.number().gt(0).max(1).default(1),
    /** A name for the episode; without it one is made. */
    episode: name.optional(),
    /** The campaign. */
    run: name.optional(),
    /** The service that suffers; without it the own victim. */
    target: z.string().max(LONGEST_TARGET).optional(),
    /** In place of the scenario's own quantities. */
    parameters: recordSchema(z.number(), LONGEST_TARGET).optional(),
    /** Of the pod that it is done in; without it that is the attacker. */
    involvement: involvementSchema.optional(),
    /** Nodes, or pods on them, that suffer beside the one that it is done on. */
    affects: z.array(affectedSchema).max(MOST_AFFECTED).default([]),
    /** Only say whether it would be done. */
    dryRun: z.boolean().default(false),
    /** Of an episode that is a stage of a longer attack: both, or none. */
    chain: name.optional(),
    stage: name.optional(),
  })
  .refine(({ chain, stage }) => (chain === undefined) === (stage === undefined), {
    path: ['stage'],
    error: 'goes with chain: which attack, and which of its stages',
  });

const backgroundSchema = z.strictObject({
  durationSeconds,
  requestsPerSecond: z.number().positive().max(MAX_REQUESTS_PER_SECOND),
});

export type StartRequest = z.output<typeof startSchema>;
export type BackgroundRequest = z.output<typeof backgroundSchema>;

function parsed<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  throw new ScenariosError('request', `${place}: ${issue?.message}`);
}

/** @throws {ScenariosError} `request`, naming the field */
export const parseStart = (body: unknown): StartRequest => parsed(startSchema, body);
/** @throws {ScenariosError} `request`, naming the field */
export const parseBackground = (body: unknown): BackgroundRequest => parsed(backgroundSchema, body);
