import { recordOf } from '../../../../common/records.ts';
import { finishSamples } from '../../../samples/finish-samples.ts';
import { SampleBuffer } from '../../../samples/sample-buffer.ts';
import type { SampleTally } from '../../../samples/sample-tally.ts';
import type { RawSeries } from '../../../samples/series.ts';
import { MatrixScanError } from './errors.ts';
import { JsonSource, malformed, shown } from './json-source.ts';
import { appendPair, appendPairs } from './pairs.ts';

/** What a server says beside its answer; a warning means that the answer may not be whole. */
export interface Annotations {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/**
 * Reads the answer to an instant query of a range selector, `selector[1h]`, series by series, without holding more of it
 * than one series and one piece:
 *
 *     {"status":"success","data":{"resultType":"matrix","result":[{"metric":{…},"values":[[1700000000.123,"1.5"],…]},…]},
 *      "warnings":[…],"infos":[…]}
 *
 * Stale markers do not come this way, or as NaN among the values: `staleMs` is empty. Times are rounded to whole
 * milliseconds.
 *
 * @param body the bytes of the answer, in pieces of any size; closed at the end and when the caller has enough
 * @param onAnnotations called once, at the end of an answer that is whole
 * @param tally told of each series and its samples while they come; may throw
 * @throws {MatrixScanError} as its codes tell; what came before belongs to no complete answer
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
 */
export async function* scanMatrix(
  body: AsyncIterable<Uint8Array>,
  onAnnotations: (annotations: Annotations) => void,
  tally?: SampleTally,
): AsyncGenerator<RawSeries, void, void> {
  const source = new JsonSource(body);
  try {
    yield* scanAnswer(source, onAnnotations, tally);
  } finally {
    await source.close();
  }
}

async function* scanAnswer(
  source: JsonSource,
  onAnnotations: (annotations: Annotations) => void,
  tally: SampleTally | undefined,
): AsyncGenerator<RawSeries, void, void> {
  const said = new Map<string, unknown>();
  let resultType: unknown;
  let hasResult = false;
  for await (const key of source.members()) {
    if (key !== 'data') said.set(key, await source.value());
    else {
      for await (const dataKey of source.members()) {
        if (dataKey === 'result') {
          yield* scanResult(source, tally);
          hasResult = true;
        } else if (dataKey === 'resultType') resultType = await source.value();
        else await source.value();
      }
    }
  }
  await source.end();
  if (said.get('status') === 'error') {
    throw new MatrixScanError(
      'refused',
      `${shown(said.get('errorType') ?? 'error')}: ${shown(said.get('error') ?? '')}`,
    );
  }
  if (said.get('status') !== 'success') throw malformed(`its status is ${shown(said.get('status') ?? null)}`);
  if (resultType !== 'matrix') throw malformed(`its result is of type ${shown(resultType ?? null)}`);
  if (!hasResult) throw malformed('a matrix without result');
  // VictoriaMetrics tells so, and not in a warning, that some of its storage did not answer.
  const partial = said.get('isPartial') === true ? ['the server says that its answer is partial'] : [];
  onAnnotations({ warnings: [...texts(said.get('warnings')), ...partial], infos: texts(said.get('infos')) });
}

async function* scanResult(
  source: JsonSource,
  tally: SampleTally | undefined,
): AsyncGenerator<RawSeries, void, void> {
  const samples = new SampleBuffer();
  for await (const _ of source.elements()) {
    const labels = await scanSeries(source, samples, tally);
    const { timestampsMs, values, staleMs } = finishSamples(samples);
    yield { labels, timestampsMs: timestampsMs.slice(), values: values.slice(), staleMs };
  }
}

/** Reads one series of the result: its samples into the buffer, and returns its labels. */
async function scanSeries(
  source: JsonSource,
  samples: SampleBuffer,
  tally: SampleTally | undefined,
): Promise<Record<string, string>> {
  samples.length = 0;
  let labels: Record<string, string> | undefined;
  let hasValues = false;
  for await (const key of source.members()) {
    if (key === 'metric') {
      labels = labelsOf(await source.value());
      tally?.begin(characters(labels));
    } else if (key === 'values') {
      await scanValues(source, samples, tally);
      hasValues = true;
    } else if (key === 'histograms') {
      throw new MatrixScanError('unsupported', `${shown(labels ?? {})} holds native histograms`);
    } else await source.value();
  }
  if (labels === undefined || !hasValues) throw malformed('a series without metric or values');
  return labels;
}

async function scanValues(
  source: JsonSource,
  samples: SampleBuffer,
  tally: SampleTally | undefined,
): Promise<void> {
  for await (const _ of source.elements()) {
    source.at = appendPairs(source.bytes, source.at, samples);
    appendPair(await source.value(), samples);
    tally?.has(samples.length);
  }
}

function labelsOf(metric: unknown): Record<string, string> {
  const isLabels = typeof metric === 'object' && metric !== null && !Array.isArray(metric);
  if (!isLabels || Object.values(metric).some((value) => typeof value !== 'string')) {
    throw malformed(`the metric ${shown(metric)}`);
  }
  return recordOf(Object.entries(metric as Record<string, string>));
}

/** How long the labels are, to the next few characters. */
function characters(labels: Readonly<Record<string, string>>): number {
  let sum = 0;
  for (const name in labels) sum += name.length + (labels[name] as string).length;
  return sum;
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.map((text) => (typeof text === 'string' ? text : JSON.stringify(text)))
    : [];
}
