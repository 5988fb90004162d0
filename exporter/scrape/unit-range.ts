import { groupBy } from '../../common/collections.ts';
import { SourceError } from '../base/errors.ts';
import { type LabelValues, type MetricSpec, OPEN } from '../catalogue/model/define.ts';
import { isWithin, type Range, rangeOf } from '../catalogue/model/range.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import type { Extraction } from './extractor.ts';

const ranges = new Map<MetricSpec, Range>();

function rangeFor(metric: MetricSpec): Range {
  let range = ranges.get(metric);
  if (range === undefined) {
    range = rangeOf(metric);
    ranges.set(metric, range);
  }
  return range;
}

const isImpossible = ({ metric, value }: Sample) => !isWithin(rangeFor(metric), value);

/**
 * What a series is about: the labels that are not of a closed set. States of memory or modes of a CPU are parts of one
 * whole, and the shares of those that are left would be wrong ones.
 */
function subjectOf({ metric, labels }: Sample): string {
  const declared: Readonly<Record<string, LabelValues>> = metric.labels;
  const subject = Object.entries(labels).filter(([name]) => (declared[name] ?? OPEN) === OPEN);
  return JSON.stringify([metric.name, ...subject.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function seriesText({ metric, labels }: Sample): string {
  const pairs = Object.entries(labels).filter(([, text]) => text !== '');
  return `${metric.name}{${pairs.map(([name, text]) => `${name}=${JSON.stringify(text)}`).join(',')}}`;
}

/** One error for a metric, however many of its series are impossible: it is one line in the log. */
function errorOf(metric: MetricSpec, [first, ...others]: readonly Sample[]): SourceError {
  const series = first === undefined ? metric.name : seriesText(first);
  const more = others.length === 0 ? '' : `, and ${others.length} more of this metric`;
  const message = `${series} would be ${first?.value}, must be ${rangeFor(metric).text}${more}; left out`;
  return new SourceError('malformed', metric.name, message);
}

/**
 * Holds what an extractor found to the units of its metrics: a value that there cannot be never leaves the page, nor do
 * the other parts of the same whole. The extractor that made it has failed.
 */
export function keepPossible({ samples, errors }: Extraction): Extraction {
  const impossible = samples.filter(isImpossible);
  if (impossible.length === 0) return { samples, errors };
  const refused = new Set(impossible.map(subjectOf));
  const byMetric = groupBy(impossible, ({ metric }) => metric);
  return {
    samples: samples.filter((one) => !refused.has(subjectOf(one))),
    errors: [...errors, ...[...byMetric].map(([metric, ofIt]) => errorOf(metric, ofIt))],
  };
}
