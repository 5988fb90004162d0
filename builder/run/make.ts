import { isDeepStrictEqual } from 'node:util';
import { BuilderError } from '../../common/errors.ts';
import { formatTime } from '../../common/times.ts';
import { filesByDay } from '../../dataset/folder/dataset-rows.ts';
import { readBack } from '../../dataset/folder/read-back.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { hiddenMatchers } from '../pseudonyms/configured.ts';
import { checkHidden } from '../pseudonyms/hidden-names.ts';
import { byQueryInstead } from '../sources/open-source.ts';
import { checkRetention } from '../stages/check-retention.ts';
import { daysOf } from '../stages/days.ts';
import { checkNodes } from '../stages/idle-episodes.ts';
import { checkStrict, manifest } from '../stages/manifest.ts';
import { DayMaker } from './day-maker.ts';
import { type Inputs, openInputs } from './inputs.ts';
import type { Surroundings, Task } from './task.ts';

/** Makes sure that the server still has the samples that the next rows of a continued dataset are made of. */
async function checkContinues(
  { storage, earlier }: Task,
  { plan, source, continued }: Inputs,
): Promise<void> {
  if (earlier === undefined || continued === undefined || plan.partitions.length === 0) return;
  const rows = await readBack(storage, filesByDay(earlier.files).at(-1) ?? [], earlier);
  await checkRetention(source, plan, continued.watermarkMs, rows);
}

/** Writes the events beside the rows that they were joined to. */
async function evidenceOf(
  { plan, evidence }: Inputs,
  { writer, texts }: DayMaker,
): Promise<Manifest['evidence']> {
  const table = evidence?.join.table(plan.firstMs, plan.lastMs, evidence.isHidden);
  if (evidence === undefined || table === undefined) return undefined;
  texts.addEvents(table);
  return { ...(await writer.evidence(table)), sources: [...evidence.sources] };
}

/** The manifest of the days that were made. */
function manifestOf(
  { earlier, shard, config }: Task,
  { plan, source, labels, provenance }: Inputs,
  days: DayMaker,
  evidence: Manifest['evidence'],
): Manifest {
  days.labels.finish();
  const account = days.accounts.result();
  if (account.rows === 0 && shard === undefined) {
    throw new BuilderError(
      'data',
      `there is no sample${config.entity === 'pod' ? ' of any pod' : ''} between ${formatTime(plan.firstMs)} and ${formatTime(plan.lastMs)}${config.entity === 'pod' ? ': on nodes without pods (and without Kubernetes) build entity: node' : ''}`,
    );
  }
  if (!config.allowOtherNodes) checkNodes(labels ?? [], plan, account.entities);
  const { conflicts, split } = days.labels;
  const staleMarkers = source.staleMarkers && (earlier?.prometheus.staleMarkers ?? true);
  const { files } = days.writer;
  const { way } = source;
  const made = manifest({
    plan,
    way,
    staleMarkers,
    account,
    files,
    labels,
    conflicts,
    split,
    evidence,
    provenance,
    facts: days.facts.result(account.entities, plan.stepMs),
  });
  if (shard === undefined) checkStrict(made);
  const { pseudonyms } = plan;
  if (pseudonyms !== undefined) checkHidden(pseudonyms, made, days.texts, hiddenMatchers(config, pseudonyms));
  return made;
}

/** A run that reads everything by remote read, or everything by range selectors. */
async function makeInOneWay(task: Task, surroundings: Surroundings): Promise<Manifest> {
  const { progress, signal } = surroundings;
  const inputs = await openInputs(task, surroundings);
  const maker = new DayMaker(task, inputs);
  try {
    const days = daysOf(inputs.plan, task.earlier, task.places);
    await checkContinues(task, inputs);
    progress.start(days.length);
    for (const day of days) {
      await maker.make(day);
      progress.done(day.date, `${maker.accounts.rows} rows`);
    }
    if (maker.factsLost !== undefined)
      surroundings.log.warn('What agents tell of themselves could not be read', { error: maker.factsLost });
    const made = manifestOf(task, inputs, maker, await evidenceOf(inputs, maker));
    if (!isDeepStrictEqual(made, task.earlier)) await maker.writer.commit(made, inputs.replaced);
    return made;
  } catch (error) {
    await task.change.discard();
    throw signal.aborted ? new BuilderError('interrupted', 'interrupted', { cause: error }) : error;
  } finally {
    progress.stop();
  }
}

/**
 * Makes the dataset of a task: plans, then for each UTC day fetches, aligns, labels, splits and writes, then commits the
 * manifest. Begins again by range selectors where remote read does not carry to the end.
 *
 * @throws {BuilderError} and leaves the output folder as it was
 */
export async function make(task: Task, surroundings: Surroundings): Promise<Manifest> {
  try {
    return await makeInOneWay(task, surroundings);
  } catch (error) {
    const config = byQueryInstead(error, task.config, surroundings.log);
    return makeInOneWay({ ...task, config }, surroundings);
  }
}
