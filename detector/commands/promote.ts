import { hash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { replaceDurably } from '../../common/durable-file.ts';
import { messageOf } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { DetectorError } from '../base/errors.ts';
import { openDetector } from '../candidate/detector.ts';
import { MOST_BYTES, PROMOTED } from '../candidate/files.ts';
import { type Promoted, SCHEMA_VERSION } from '../candidate/schema.ts';
import { type Grounds, groundsSchema } from '../promotion/grounds.ts';
import { decide, type Verdict } from '../promotion/rule.ts';

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
 * @returns what was decided, in lines
 * @throws {DetectorError} `input` without an evaluation of this model, `refused` when the data cannot carry the budget
 */
export async function runPromote(
  model: string,
  budget: number,
  evaluation: string | undefined,
): Promise<string[]> {
  const detector = await openDetector(model);
  await detector.close();
  const { place, manifestSha256 } = detector.candidate;
  const file = evaluation ?? join(place, 'evaluation', 'eval.json');
  const { grounds, sha256 } = readGrounds(file, manifestSha256);
  const verdict = decide(grounds, budget);
  if (!verdict.carries.holds) throw new DetectorError('refused', `not promoted: ${verdict.carries.reason}`);
  const lines = linesOf(verdict);
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
    replaceDurably(target, `${JSON.stringify(promoted, undefined, 2)}\n`);
  } catch (error) {
    throw new DetectorError('output', `cannot write ${target}: ${messageOf(error)}`, { cause: error });
  }
  return lines;
}
