import { MatrixScanError } from '../../../../../../builder/prometheus/wire/json/errors.ts';
import { type Annotations, scanMatrix } from '../../../../../../builder/prometheus/wire/json/scan-matrix.ts';
import type { RawSeries } from '../../../../../../builder/samples/series.ts';

/** What an answer holds, in the same form from the scanner and from JSON.parse. */
export interface Answer {
  readonly series: readonly PlainSeries[];
  readonly annotations: Annotations;
}

interface PlainSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Times and values, `-0` and `0` told apart by deep.equal. */
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
}

/** Scans an answer that comes in these pieces. */
export async function scan(pieces: AsyncIterable<Uint8Array>): Promise<Answer> {
  const series: PlainSeries[] = [];
  let annotations: Annotations | undefined;
  const remember = (said: Annotations) => {
    annotations = said;
  };
  for await (const one of scanMatrix(pieces, remember)) series.push(plain(one));
  if (annotations === undefined) throw new Error('the answer ended without annotations');
  return { series, annotations };
}

function plain({ labels, timestampsMs, values }: RawSeries): PlainSeries {
  return { labels, samples: Array.from(timestampsMs, (timeMs, i) => [timeMs, values[i] ?? 0]) };
}

/** The answer, or undefined when the scanner refuses it with the only kind of error that may come. */
export async function scanOrRefuse(pieces: AsyncIterable<Uint8Array>): Promise<Answer | undefined> {
  try {
    return await scan(pieces);
  } catch (error) {
    if (error instanceof MatrixScanError && /^query answer: [^\n]+$/.test(error.message)) return undefined;
    throw error;
  }
}

/** Cuts text into pieces of so many bytes. */
export async function* inPieces(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}

const VALUES = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);

/** The same answer by JSON.parse; it must be one that a server can give. */
export function parse(text: string): Answer {
  const { data, warnings = [], infos = [] } = JSON.parse(text);
  const series = data.result.map(
    ({ metric, values }: { metric: Record<string, string>; values: [number, string][] }) => ({
      labels: metric,
      samples: inOrder(
        values.map(([seconds, text]) => [Math.round(seconds * 1000), VALUES.get(text) ?? Number(text)]),
      ),
    }),
  );
  return { series, annotations: { warnings: texts(warnings), infos: texts(infos) } };
}

/** What is no text, where one belongs, as JSON. */
function texts(said: readonly unknown[]): string[] {
  return said.map((text) => (typeof text === 'string' ? text : JSON.stringify(text)));
}

/** By time; of several samples at one time the first. */
function inOrder(samples: PlainSeries['samples']): PlainSeries['samples'] {
  const times = samples.map(([timeMs]) => timeMs);
  return samples.filter(([timeMs], i) => times.indexOf(timeMs) === i).sort(([a], [b]) => a - b);
}
