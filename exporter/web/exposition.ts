import Registry from 'prom-client/lib/registry.js';
import { getValueAsString } from 'prom-client/lib/util.js';
import { EXEMPLIFIED } from '../catalogue/evidence.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import type { Exemplar } from '../evidence/exemplars.ts';
import type { ExpositionFormat } from './negotiation.ts';
import { WrittenFamily, type WrittenSeries } from './written-series.ts';

/** One value of a family; labels that are empty are left out when it is written. */
interface FamilyValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All values of one metric at one moment. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: readonly FamilyValue[];
}

/** Collects samples by their metric, so that each family is written in one piece. */
export function familiesOf(samples: readonly Sample[]): Family[] {
  const families = new Map<string, Family & { values: FamilyValue[] }>();
  for (const one of samples) {
    const { name, help, type } = one.metric;
    const family = families.get(name);
    if (family === undefined) families.set(name, { name, help, type, values: [one] });
    else family.values.push(one);
  }
  return [...families.values()];
}

function withoutEmptyLabels(labels: FamilyValue['labels']): FamilyValue['labels'] {
  return Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== ''));
}

/** OpenMetrics names a counter without the suffix, which prom-client adds to each line of it. */
function nameIn(format: ExpositionFormat, { name, type }: Family): string {
  return format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
}

/** Stands for the value in a line that is kept. */
const ANY_VALUE = 0;

/** prom-client's lines of a family: help, type, and one for each series, with {@link ANY_VALUE}. */
async function writeWhole(
  format: ExpositionFormat,
  family: Family,
  series: readonly FamilyValue[],
): Promise<string[]> {
  const registry = new Registry();
  if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const { help, type } = family;
  const name = nameIn(format, family);
  const values = series.map(({ labels }) => ({ labels: withoutEmptyLabels(labels), value: ANY_VALUE }));
  const metric = { name, help, type, values, get: () => metric };
  registry.registerMetric(metric as never);
  return (await registry.getSingleMetricAsString(name)).split('\n');
}

/** Has prom-client write what of a family was not written before, and keeps it. */
async function writeNew(
  format: ExpositionFormat,
  family: Family,
  written: WrittenFamily,
  series: readonly WrittenSeries[],
): Promise<void> {
  const isNew = (_: unknown, i: number) => series[i]?.line === undefined;
  const [help = '', type = '', ...lines] = await writeWhole(format, family, family.values.filter(isNew));
  written.header = `${help}\n${type}`;
  series.filter(isNew).forEach((one, i) => {
    one.line = lines[i]?.slice(0, -String(ANY_VALUE).length);
  });
}

/** One of the events that a series counts, by the series' labels. */
export type ExemplarOf = (labels: FamilyValue['labels']) => Exemplar | undefined;

const escaped = (text: string) => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));

/** ` # {pid="7",path="/bin/sh"} 1 1790000000.123`, as OpenMetrics has it. */
function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return '';
  const labels = Object.entries(exemplar.labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return ` # {${labels.join(',')}} 1 ${exemplar.seconds.toFixed(3)}`;
}

function textOf(
  { values }: Family,
  { header }: WrittenFamily,
  series: readonly WrittenSeries[],
  exemplarOf: ExemplarOf | undefined,
): string {
  let text = header ?? '';
  for (let i = 0; i < values.length; i++) {
    const { value, labels } = values[i] as FamilyValue;
    text += `\n${series[i]?.line}${getValueAsString(value)}`;
    if (exemplarOf !== undefined && value > 0) text += exemplarText(exemplarOf(labels));
  }
  return text;
}

/** What pages have in common with those before, in each format and by the family's name. */
export class WrittenPages {
  readonly #families = {
    text: new Map<string, WrittenFamily>(),
    openmetrics: new Map<string, WrittenFamily>(),
  };

  family(format: ExpositionFormat, { name, help, type }: Family): WrittenFamily {
    const families = this.#families[format];
    const known = families.get(name);
    if (known?.help === help && known.type === type) return known;
    const family = new WrittenFamily(help, type);
    families.set(name, family);
    return family;
  }
}

/**
 * The text of a page, families by name; a family without values is left out.
 *
 * prom-client writes every series when it is first seen. As long as it is there its line stays the same but for the
 * value, so that only this is written again, as prom-client writes it. To fill a registry anew for each page and have it
 * all written costs several times as much where a node has thousands of series, most of it in garbage; to leave them
 * registered would show series of pods that are gone, and prom-client renames a counter for good once it was written
 * as OpenMetrics.
 *
 * @param before what pages before this one have shown
 * @param exemplarOf exemplars of the counters of rules; the text format has none
 */
export async function renderExposition(
  families: readonly Family[],
  format: ExpositionFormat,
  before: WrittenPages = new WrittenPages(),
  exemplarOf?: ExemplarOf,
): Promise<string> {
  const texts: string[] = [];
  for (const family of families.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (family.values.length === 0) continue;
    const written = before.family(format, family);
    const series = family.values.map(({ labels }) => written.series(labels));
    if (series.some(({ line }) => line === undefined)) await writeNew(format, family, written, series);
    const hasExemplars = format === 'openmetrics' && EXEMPLIFIED.has(family.name);
    texts.push(textOf(family, written, series, hasExemplars ? exemplarOf : undefined));
    written.trim(series.length);
  }
  return format === 'openmetrics' ? `${texts.join('\n')}\n# EOF\n` : `${texts.join('\n\n')}\n`;
}
