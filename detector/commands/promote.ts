import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { replaceDurably } from '../../common/durable-file.ts';
import { messageOf } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { uninterrupted } from '../../common/uninterrupted.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { DetectorError } from '../base/errors.ts';
import { candidatesIn, has } from '../candidate/among.ts';
import { openDetector } from '../candidate/detector.ts';
import { MOST_BYTES, PROMOTED } from '../candidate/files.ts';
import { type Promoted, SCHEMA_VERSION } from '../candidate/schema.ts';
import { choiceOf, type Ranked, ranked, rankSchema } from '../promotion/best.ts';
import { type Grounds, groundsSchema } from '../promotion/grounds.ts';
import { decide, type Verdict } from '../promotion/rule.ts';

const EVALUATION = 'evaluation';
const FILE = 'eval.json';

function readGrounds(
  file: string,
  manifestSha256: string,
): { readonly grounds: Grounds; readonly sha256: string } {
  try {
    const bytes = readSmall(file, MOST_BYTES)?.bytes;
    if (bytes === undefined) throw new Error('there is no such file: run kubevigil-detector evaluate first');
    const grounds = groundsSchema.parse(JSON.parse(bytes.toString('utf8')));
    if (grounds.manifestSha256 !== manifestSha256)
      throw new Error('is of another model: run kubevigil-detector evaluate with this one');
    return { grounds, sha256: hash('sha256', bytes, 'hex') };
  } catch (error) {
    throw new DetectorError('input', `${file}: ${issueOf(error)}`, { cause: error });
  }
}

/** The rule's conditions and what became of them, a line each. */
function linesOf({ carries, network, decider }: Verdict): string[] {
  const mark = (holds: boolean) => (holds ? 'holds' : 'does not hold');
  return [
    `budget: ${mark(carries.holds)}: ${carries.reason}`,
    ...network.map(({ holds, reason }) => `network: ${mark(holds)}: ${reason}`),
    `decides: the ${decider === 'network' ? 'network' : 'boosted trees'}`,
  ];
}

/**
 * `promote`: lets a model raise alarms, if its evaluation carries what is asked for, and writes down by which rule.
 *
 * @param budget false alarms per node and day
 * @param evaluation eval.json; the one in the model's folder by default
 * @param chosen why this one of several; written down too
 * @returns what was decided, in lines
 * @throws {DetectorError} `input` without an evaluation of this model, `refused` when the data cannot carry the budget
 */
export async function runPromote(
  model: string,
  budget: number,
  evaluation: string | undefined,
  chosen?: string,
): Promise<string[]> {
  const detector = await openDetector(model);
  await detector.close();
  const { place, manifestSha256 } = detector.candidate;
  const file = evaluation ?? join(place, EVALUATION, FILE);
  const { grounds, sha256 } = readGrounds(file, manifestSha256);
  const verdict = decide(grounds, budget);
  if (!verdict.carries.holds) throw new DetectorError('refused', `not promoted: ${verdict.carries.reason}`);
  const lines = [...(chosen === undefined ? [] : [chosen]), ...linesOf(verdict)];
  const folder = resolve(place);
  const promoted: Promoted = {
    schemaVersion: SCHEMA_VERSION,
    model: basename(folder),
    manifestSha256,
    decider: verdict.decider,
    evaluationSha256: sha256,
    budget,
    reasons: lines,
  };
  const target = join(dirname(folder), PROMOTED);
  try {
    uninterrupted(() => replaceDurably(target, `${JSON.stringify(promoted, undefined, 2)}\n`));
  } catch (error) {
    throw new DetectorError('output', `cannot write ${target}: ${messageOf(error)}`, { cause: error });
  }
  return lines;
}

/** A model of a folder with what its evaluation says, if it has one of its own. */
function rankedOf(place: string, budget: number): Ranked[] {
  if (!has(join(place, EVALUATION), FILE)) return [];
  const file = join(place, EVALUATION, FILE);
  try {
    const bytes = readSmall(file, MOST_BYTES)?.bytes;
    if (bytes === undefined) return [];
    const json: unknown = JSON.parse(bytes.toString('utf8'));
    const { carries } = decide(groundsSchema.parse(json), budget);
    return [
      { ...rankSchema.parse(json), place, evaluatedMs: statSync(file).mtimeMs, carries: carries.holds },
    ];
  } catch (error) {
    throw new DetectorError('input', `${file}: ${issueOf(error)}: run kubevigil-detector evaluate again`, {
      cause: error,
    });
  }
}

/**
 * `promote --best`: promotes the best of the models of a folder that were judged by the same rows.
 *
 * @throws {DetectorError} as {@link runPromote} does
 */
export async function promoteBest(models: string, budget: number): Promise<string[]> {
  const all = ranked(candidatesIn(models).flatMap((place) => rankedOf(place, budget)));
  const [best] = all;
  if (best === undefined)
    throw new DetectorError(
      'input',
      `${models} holds no model that was evaluated: run kubevigil-detector evaluate first`,
    );
  return [
    `model: ${basename(best.place)}`,
    ...(await runPromote(best.place, budget, undefined, choiceOf(best, all.length))),
  ];
}
