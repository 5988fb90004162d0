/** What a dataset that is there was asked to be, and what is asked for now, in words. */
import { formatDuration, parseDurationMs } from '../../common/duration.ts';
import { formatTime } from '../../common/times.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { configuredSource } from '../label-sources/configured.ts';
import type { Plan } from './model.ts';

/** Columns that a message names. */
const SHOWN = 5;

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return [...names.slice(0, SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

interface Difference {
  readonly what: 'labels' | 'end' | 'split' | 'other';
  readonly text: string;
}

function plain(
  name: string,
  there: unknown,
  asked: unknown,
  what: Difference['what'] = 'other',
): Difference[] {
  return there === asked
    ? []
    : [{ what, text: `${name} is ${String(there)} there, and ${String(asked)} here` }];
}

function columnDifferences(planned: Plan, there: Manifest): Difference[] {
  const { columns } = planned;
  const old = there.columns.filter(({ type }) => type === 'double');
  const names = new Set(old.map(({ name }) => name));
  const asked = new Set(columns.map(({ column }) => column.name));
  const more = columns.flatMap(({ column: { name } }) => (names.has(name) ? [] : [name]));
  const fewer = old.flatMap(({ name }) => (asked.has(name) ? [] : [name]));
  // Without a window of its own a column has the step's.
  const isOfStep = planned.stepMs !== (parseDurationMs(there.step) ?? 0);
  const otherwise = columns.flatMap(({ column: { name }, windowMs }) => {
    const before = old.find((column) => column.name === name)?.window;
    return before === undefined || isOfStep || before === formatDuration(windowMs)
      ? []
      : [`${name} (${before})`];
  });
  return [
    ...(more.length === 0 ? [] : [`it has no column ${listed(more)}`]),
    ...(fewer.length === 0 ? [] : [`it has the column ${listed(fewer)} beside`]),
    ...(otherwise.length === 0 ? [] : [`its windows are others: ${listed(otherwise)}`]),
  ].map((text) => ({ what: 'other', text }));
}

/** What of label sources a manifest shows: their kinds, and names of files. */
function sourcesOf({ labels }: Manifest): string {
  return labels.map(({ kind, file }) => (file === undefined ? kind : `${kind} ${String(file)}`)).join(', ');
}

function askedSources({ config: { labels = [] } }: Plan): string {
  return labels
    .map((source) => {
      const identity = configuredSource(source).identity;
      const [[kind = '', value]] = Object.entries(identity as object) as [[string, unknown]];
      return kind === 'episodes' ? `${kind} ${String(value)}` : kind;
    })
    .join(', ');
}

function splitDifferences({ config: { split, seed } }: Plan, { split: there }: Manifest): Difference[] {
  const strata = (all: readonly string[] = []) => (all.length === 0 ? 'nothing' : all.join(', '));
  return [
    ...plain('split.by', there.by, split.by, 'split'),
    ...plain('split.fractions', there.fractions.join(' : '), split.fractions.join(' : '), 'split'),
    ...(there.seed === undefined ? [] : plain('seed', there.seed, seed, 'split')),
    ...(there.by === 'time' || split.by === 'time' || split.by === 'node'
      ? []
      : plain('split.stratify', strata(there.stratify), strata(split.stratify), 'split')),
    ...(split.by === 'node' || split.embargo === undefined
      ? []
      : plain('split.embargo', there.embargo, formatDuration(split.embargo), 'split')),
  ];
}

const or = (text: string) => (text === '' ? 'none' : text);

/** All that can be told to differ, of what a dataset's name follows from, and its end. */
function differencesFrom(planned: Plan, there: Manifest): Difference[] {
  const { config } = planned;
  return [
    ...plain('entity', there.entity, config.entity),
    ...plain('step', there.step, formatDuration(planned.stepMs)),
    ...plain('format', there.format, config.format),
    ...plain('start', there.start, formatTime(planned.firstMs)),
    ...plain('scrapeInterval', there.scrapeInterval, formatDuration(planned.scrapeIntervalMs)),
    ...columnDifferences(planned, there),
    ...splitDifferences(planned, there),
    ...plain('labels', or(sourcesOf(there)), or(askedSources(planned)), 'labels'),
    ...plain('end', there.end, formatTime(planned.lastMs), 'end'),
  ];
}

/**
 * Why a dataset that is there is not the one that is asked for, and which command is meant.
 *
 * @param isContinued whether it was to be continued: then its end may be another
 */
export function refusalOf(name: string, planned: Plan, there: Manifest, isContinued: boolean): string {
  const all = differencesFrom(planned, there).filter(({ what }) => !(isContinued && what === 'end'));
  const kinds = new Set(all.map(({ what }) => what));
  const texts = all.map(({ text }) => text);
  const what =
    texts.length > 0
      ? texts.join('; ')
      : 'the selector, the labels of nodes, the key of pseudonyms or details of label sources are others';
  const isOnly = (...wanted: Difference['what'][]) =>
    [...kinds].every((kind) => wanted.includes(kind)) && kinds.size > 0;
  const advice = isOnly('end')
    ? 'to continue it say kubevigil-builder update, to have another time choose another --output'
    : isOnly('labels', 'end')
      ? `to give its rows other labels say kubevigil-builder relabel ${name} --labels FILE; for a dataset beside it choose another --output`
      : 'choose another --output, or remove it';
  return `${name} already holds a different dataset (${there.start} to ${there.end}, step ${there.step}, ${there.format}): ${what}: ${advice}`;
}
