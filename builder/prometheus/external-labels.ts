/**
 * External labels are what a Prometheus calls itself to others, such as `cluster: east`. Remote read adds them to the series
 * that do not have them, the query API does not; here both have them, and a selector can ask for them in every way.
 */
import { RE2JS } from 're2js';
import { parse } from 'yaml';
import { z } from 'zod';
import { BuilderError, messageOf } from '../../common/errors.ts';
import { recordSchema } from '../../common/record-schema.ts';
import { mergedRecords, recordOf } from '../../common/records.ts';
import type { Matcher, RawSeries, SeriesSelector } from '../samples/series.ts';

type Labels = Readonly<Record<string, string>>;

const GLOBAL_SECTION = /^global:\n(?:[ \t].*\n?|\n)*/m;
const globalSection = z.object({
  global: z.object({ external_labels: recordSchema(z.string()).optional() }),
});

/** The external labels in a configuration as the server shows it; its other sections can be long, and are not parsed. */
export function externalLabelsOf(configYaml: string): Labels {
  const [section] = GLOBAL_SECTION.exec(configYaml) ?? [];
  const labels = section === undefined ? undefined : globalSection.safeParse(parse(section)).data;
  return labels?.global.external_labels ?? recordOf();
}

function tester({ operator, value }: Matcher): (text: string) => boolean {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(value, RE2JS.DOTALL);
  } catch (error) {
    throw new BuilderError('config', `selector: ${JSON.stringify(value)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return (text) => pattern.matches(text) === (operator === '=~');
}

/** What of a selector the server itself can judge: the rest is about labels that its series do not have yet. */
export function storedPart({ metric, matchers }: SeriesSelector, external: Labels): SeriesSelector {
  return { metric, matchers: matchers.filter(({ name }) => external[name] === undefined) };
}

/** The series with the external labels that they do not have, as far as the selector wants them. */
export function withExternalLabels(
  series: readonly RawSeries[],
  { matchers }: SeriesSelector,
  external: Labels,
): RawSeries[] {
  const tests = matchers
    .filter(({ name }) => external[name] !== undefined)
    .map((matcher) => ({ name: matcher.name, test: tester(matcher) }));
  return series
    .map((one) => ({ ...one, labels: mergedRecords(external, one.labels) }))
    .filter(({ labels }) => tests.every(({ name, test }) => test(labels[name] ?? '')));
}
