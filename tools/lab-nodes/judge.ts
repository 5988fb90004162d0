/** Models of the campaign: for each attacked node one that has never seen it, trained and evaluated by the detector's own commands. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../demo/program.ts';
import type { BuiltNode } from './datasets.ts';
import { type Judgement, judgementSchema } from './results.ts';

/** Which datasets a model learns from, and which it is judged by. */
export interface Rotation {
  readonly heldOut: BuiltNode;
  readonly learned: readonly BuiltNode[];
  readonly judged: readonly BuiltNode[];
}

/** One for each attacked node; nodes for calibration are always learned from, those for false alarms never. */
export function rotationsOf<T extends Pick<BuiltNode, 'node'>>(all: readonly T[]) {
  const of = (role: string) => all.filter(({ node }) => node.role === role);
  return of('attacked').map((heldOut) => ({
    heldOut,
    learned: [...of('attacked').filter((one) => one !== heldOut), ...of('calibration')],
    judged: [heldOut, ...of('alarms')],
  }));
}

/** What of eval.json is kept beside what is kept under its own name. */
const evaluationSchema = judgementSchema
  .omit({ heldOut: true, macroF1: true, leftOut: true, heldOutRows: true, calibrationHours: true })
  .extend({
    datasets: z.array(z.object({ heldOutRows: z.int() })),
    classes: z.array(z.object({ name: z.string(), macroF1: z.number().nullable() })),
    relearned: z.object({ leftOut: judgementSchema.shape.leftOut }).nullable(),
  });

const calibrationSchema = z.object({ nodeHours: z.number() });

function readJson<T extends z.ZodType>(schema: T, file: string): z.output<T> {
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * The part of an evaluation that is kept.
 *
 * @internal exported for its own tests
 */
export function judgementOf(heldOut: string, evaluation: unknown, calibrationHours: number): Judgement {
  const { datasets, classes, relearned, ...kept } = evaluationSchema.parse(evaluation);
  return {
    ...kept,
    ...{ heldOut, calibrationHours, leftOut: relearned?.leftOut ?? {} },
    heldOutRows: datasets.reduce((sum, { heldOutRows }) => sum + heldOutRows, 0),
    macroF1: Object.fromEntries(classes.map(({ name, macroF1 }) => [name, macroF1])),
  };
}

export interface Judging {
  readonly work: string;
  readonly seed: number;
  /** How many models of each kind are learned again with other seeds. */
  readonly seeds: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Trains and evaluates one model. */
export async function judge(
  { heldOut, learned, judged }: Rotation,
  { work, seed, seeds, tell, signal }: Judging,
): Promise<Judgement> {
  const { name } = heldOut.node;
  const models = join(work, 'models', name);
  rmSync(models, { recursive: true, force: true });
  const own = learned.map(({ folder }) => folder);
  tell(`training without ${name}`);
  const train = ['train', ...own, '--output', models, '--seed', String(seed)];
  await runProgram('detector', train, signal, join(work, `train-${name}.log`));
  const model = readdirSync(models).find((folder) => !folder.startsWith('.'));
  if (model === undefined) throw new Error(`${models} holds no model`);
  tell(`evaluating on ${name}`);
  const output = join(work, 'evaluations', name);
  const evaluate = [
    ...['evaluate', join(models, model), ...own, ...judged.map(({ folder }) => folder)],
    ...['--output', output, '--seed', String(seed), '--seeds', String(seeds)],
  ];
  await runProgram('detector', evaluate, signal, join(work, `evaluate-${name}.log`));
  const { nodeHours } = readJson(calibrationSchema, join(models, model, 'calibration.json'));
  return judgementOf(name, readJson(z.unknown(), join(output, 'eval.json')), nodeHours);
}
