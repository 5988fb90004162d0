/** Models of the campaign: for each attacked node one that has never seen it, trained and evaluated by the detector's own commands. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../common/cli.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import { runProgram } from '../demo/program.ts';
import type { BuiltNode } from './datasets.ts';
import { type CampaignJudgement, type Judgement, judgementSchema } from './results.ts';

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

/** Datasets that a model learns from, and further ones that it is judged by, as folders. */
interface Question {
  /** What was held out. */
  readonly name: string;
  readonly learned: readonly string[];
  readonly judged: readonly string[];
}

/** Trains and evaluates one model; of the datasets that it learned from it is judged by the part `test`. */
async function answer({ name, learned, judged }: Question, judging: Judging): Promise<Judgement> {
  const { work, seed, seeds, tell, signal } = judging;
  const models = join(work, 'models', name);
  rmSync(models, { recursive: true, force: true });
  tell(`training without ${name}`);
  const train = ['train', ...learned, '--output', models, '--seed', String(seed)];
  await runProgram('detector', train, signal, join(work, `train-${name}.log`));
  const model = readdirSync(models).find((folder) => !folder.startsWith('.'));
  if (model === undefined) throw new Error(`${models} holds no model`);
  tell(`evaluating on ${name}`);
  const output = join(work, 'evaluations', name);
  const evaluate = [
    ...['evaluate', join(models, model), ...learned, ...judged],
    ...['--output', output, '--seed', String(seed), '--seeds', String(seeds)],
  ];
  await runProgram('detector', evaluate, signal, join(work, `evaluate-${name}.log`));
  const { nodeHours } = readJson(calibrationSchema, join(models, model, 'calibration.json'));
  return judgementOf(name, readJson(z.unknown(), join(output, 'eval.json')), nodeHours);
}

const folders = (all: readonly BuiltNode[]) => all.map(({ folder }) => folder);

/** A model that has never seen one of the nodes. */
export function judge({ heldOut, learned, judged }: Rotation, judging: Judging): Promise<Judgement> {
  const question = { name: heldOut.node.name, learned: folders(learned), judged: folders(judged) };
  return answer(question, judging);
}

/** A model of somebody's dataset, judged by its part `test`. */
export async function judgeCampaign(folder: string, judging: Judging): Promise<CampaignJudgement> {
  const manifest = await readManifest(await openStorage(folder));
  if (manifest === undefined) throw new UsageError(`${folder} holds no dataset`);
  const entity = manifest.entities.some(({ pod }) => pod !== undefined) ? 'pod' : 'node';
  const found = await answer({ name: `campaign-${entity}`, learned: [folder], judged: [] }, judging);
  const ofEntity = { entity, entities: manifest.entities.length, rows: manifest.rows } as const;
  return { ...found, ...ofEntity, split: manifest.split.by };
}
