import { BuilderError } from '../../common/errors.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import { formatTime, parseRfc3339 } from '../../common/times.ts';
import { checkKey, checkOutput, checkSame } from '../../dataset/folder/existing.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { rangeOf, type TimeRange } from '../config/range.ts';
import type { EvidenceToJoin } from '../evidence/open.ts';
import { openEvidence } from '../evidence/open.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import { openLabels } from '../labels/open.ts';
import type { Continued, Plan } from '../plan/model.ts';
import { plan } from '../plan/plan.ts';
import { isRelabelledTo } from '../plan/relabelled.ts';
import { refusalOf } from '../plan/what-differs.ts';
import { connect } from '../prometheus/client.ts';
import { openPseudonyms, pseudonymousSource } from '../pseudonyms/configured.ts';
import type { SampleSource } from '../samples/series.ts';
import { openSource } from '../sources/open-source.ts';
import { splitsByNameAlone } from '../splits/by-node.ts';
import { warnOfLateness } from '../stages/arrival.ts';
import { readProvenance } from './provenance.ts';
import type { Surroundings, Task } from './task.ts';

/** What a run reads from, and all that it has decided, before it makes the first row. */
export interface Inputs {
  readonly plan: Plan;
  /** What stands fixed of the dataset that is continued; undefined when all of it is made. */
  readonly continued: Continued | undefined;
  /** Raw samples, with pseudonyms in place of names where the configuration asks for them. */
  readonly source: SampleSource;
  /** What the label sources hold; undefined when there is none. */
  readonly labels: readonly LabelSet[] | undefined;
  /** Events to be joined to the rows; undefined when there are none. */
  readonly evidence: EvidenceToJoin | undefined;
  /** What the dataset came about by; undefined when nothing is told. */
  readonly provenance: Manifest['provenance'];
  /** The present by the slower of two clocks, this machine's and the server's. */
  readonly nowMs: Ms;
  /** Files of the dataset that is there, to be replaced. */
  readonly replaced: readonly string[];
}

/** The part of a dataset that stands fixed once there is one. */
function continuedOf(there: Manifest): Continued {
  const [firstMs = Number.NaN, watermarkMs = Number.NaN] = [there.start, there.watermark].map(parseRfc3339);
  return {
    firstMs,
    watermarkMs,
    jobs: there.prometheus.jobs,
    askedBounds: there.split.askedBounds,
    splitsByNameAlone: splitsByNameAlone(there),
  };
}

/** Shards are built at different moments, and must nevertheless be of the same time. */
function checkComplete({ lastMs, stepMs }: Plan, { endMs }: TimeRange): void {
  if (endMs - lastMs < stepMs) return;
  throw new BuilderError(
    'config',
    `end ${formatTime(endMs)} is not over yet: shards need an end whose last step is complete`,
  );
}

function checkFormat({ csvEscapeFormulas, format }: Task['config']): void {
  if (!csvEscapeFormulas || FORMATS[format].canEscapeFormulas) return;
  throw new BuilderError(
    'config',
    'csvEscapeFormulas is about CSV alone: say --format csv too, or leave it out',
  );
}

/** One run joins the events of all nodes. */
function checkEvidence({ config: { evidence = [] }, shard }: Task): void {
  if (shard === undefined || evidence.length === 0) return;
  throw new BuilderError('config', 'evidence is joined to whole datasets: leave it out with --shard');
}

/**
 * Opens everything that a run reads, what can be refused without asking anybody first: the configuration, the key, label
 * files, times; then the server, the plan, and what stands in the output folder.
 *
 * @throws {BuilderError}
 */
export async function openInputs(
  task: Task,
  { log, signal, ...surroundings }: Surroundings,
): Promise<Inputs> {
  const { config, storage, places, earlier, there, shard } = task;
  checkFormat(config);
  checkEvidence(task);
  const pseudonyms = openPseudonyms(config);
  if (there !== undefined) checkKey(storage, there, pseudonyms?.keyId);
  const provenance = readProvenance(config.provenance, earlier?.provenance);
  const readLabels = openLabels(config, pseudonyms);
  rangeOf(config, surroundings.nowMs);
  const evidence = await openEvidence(config, storage, earlier, pseudonyms);

  const prometheus = await connect(config.prometheus, log, signal);
  // A clock that is ahead of the server's would close steps of which samples are still to come.
  const nowMs = wholeMs(Math.min(surroundings.nowMs, await prometheus.serverTimeMs()));
  const range = rangeOf(config, nowMs);
  const continued = earlier && continuedOf(earlier);
  const planned = await plan(config, range, prometheus, nowMs, { continued, shard, pseudonyms });
  const { configDigest } = planned;
  if (there !== undefined) {
    const refusal = () => refusalOf(storage.name, planned, there, earlier !== undefined);
    const isSame = isRelabelledTo(planned, there);
    const asked = isSame ? there.configDigest : configDigest;
    checkSame(there, { configDigest: asked, ...(!earlier && { end: formatTime(planned.lastMs) }) }, refusal);
  }
  const replaced = await checkOutput(storage, there, places);
  if (shard !== undefined) checkComplete(planned, range);

  // A dataset goes on in the way in which it was begun: without stale markers, if that is how.
  const reading = earlier?.prometheus.reading === 'range-selectors' ? 'query' : config.reading;
  const opened = await openSource(prometheus, reading, planned.lastMs, log);
  const source = pseudonymousSource(opened, config, pseudonyms);
  await warnOfLateness(source, planned, nowMs, log);
  const labels = await readLabels?.(source, planned, nowMs);
  return { plan: planned, continued, source, labels, evidence, provenance, nowMs, replaced };
}
