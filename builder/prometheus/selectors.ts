import type { PlannedColumn } from '../../dataset/model/rows.ts';
import type { Labels, Selector } from '../../exporter/catalogue/model/define.ts';
import { escapeRegex, type Matcher, matchersOf, matcherText } from '../../exporter/catalogue/model/promql.ts';
import type { SeriesSelector } from '../samples/series.ts';

/** The values that a selector asks for when it names one label and what is wanted of it; else undefined. */
function wantedOfOneLabel(
  selector: Selector<Labels> | undefined,
): { label: string; values: readonly string[] } | undefined {
  const [entry, ...others] = Object.entries(selector ?? {});
  if (entry === undefined || others.length > 0) return undefined;
  const [label, wanted] = entry;
  return wanted === undefined || 'not' in wanted ? undefined : { label, values: wanted as readonly string[] };
}

/**
 * What to read of a metric so that all its columns can be computed, and no more: the union of their selectors where
 * each names values of the same label, all of the metric's series otherwise.
 */
export function selectorFor(columns: readonly PlannedColumn[], extra: readonly Matcher[]): SeriesSelector {
  const [first] = columns;
  if (first === undefined) throw new RangeError('no column to read for');
  const selections = columns.flatMap(({ column }) =>
    column.over === undefined ? [column.where] : [column.where, column.over],
  );
  const wanted = selections.map(wantedOfOneLabel);
  const label = wanted[0]?.label;
  const united =
    label !== undefined && wanted.every((each) => each?.label === label)
      ? matchersOf({ [label]: [...new Set(wanted.flatMap((each) => each?.values ?? []))] })
      : [];
  return { metric: first.metric.name, matchers: [...united, ...extra] };
}

/** Whether a series' labels fit a catalogue selector; a label that the series lacks is the empty text. */
export function isSelected(
  labels: Readonly<Record<string, string>>,
  selector: Selector<Labels> | undefined,
): boolean {
  return Object.entries(selector ?? {}).every(([label, wanted]) => {
    const value = labels[label] ?? '';
    if (wanted === undefined) return true;
    return 'not' in wanted ? !wanted.not.includes(value) : wanted.includes(value);
  });
}

/** The series of these scrape jobs. */
export function jobMatcher(jobs: readonly string[]): Matcher {
  return { name: 'job', operator: '=~', value: jobs.map(escapeRegex).join('|') };
}

/** The selector in PromQL. */
export function selectorText({ metric, matchers }: SeriesSelector): string {
  return matchers.length === 0 ? metric : `${metric}{${matchers.map(matcherText).join(',')}}`;
}
