import type { RawSeries } from '../../../../../../builder/samples/series.ts';

/**
 * Parses what `promtool tsdb dump` writes, `{__name__="up", node="a"} 1.5 1700000000000` a line.
 *
 * @returns by series, in its own notation, each sample as `time value`; promtool writes stale markers as NaN
 */
export function dumpedSamples(text: string): Map<string, string[]> {
  const series = new Map<string, string[]>();
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const [, labels = '', value = '', time = ''] = /^(\{.*\}) (\S+) (\S+)$/.exec(line) ?? [];
    const samples = series.get(labels) ?? [];
    samples.push(`${time} ${bitsText(Number(value.replace('Inf', 'Infinity')))}`);
    series.set(labels, samples);
  }
  return series;
}

/** The same of series that were read; `external` are the labels that the server itself has added. */
export function readSamples(
  read: readonly RawSeries[],
  external: Readonly<Record<string, string>>,
): Map<string, string[]> {
  return new Map(
    read.map(({ labels, timestampsMs, values, staleMs }): [string, string[]] => {
      const stored = Object.entries(labels).filter(([name, value]) => external[name] !== value);
      const samples = [
        ...Array.from(timestampsMs, (time, i) => ({ time, value: values[i] ?? 0 })),
        ...Array.from(staleMs, (time) => ({ time, value: Number.NaN })),
      ].sort((a, b) => a.time - b.time);
      return [
        `{${stored.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`,
        samples.map(({ time, value }) => `${time} ${bitsText(value)}`),
      ];
    }),
  );
}

/** Tells every double from every other, -0 and 0 too, but not NaN from NaN. */
function bitsText(value: number): string {
  return Number.isNaN(value) ? 'NaN' : Buffer.from(Float64Array.of(value).buffer).toString('hex');
}
