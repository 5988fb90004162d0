/**
 * What stands before the card for Hugging Face: which files are which part, and what the columns are. Without it, `load_dataset` of the
 * folder takes manifest.json for data; by it no row of the embargo is in any part.
 *
 * @see https://huggingface.co/docs/hub/datasets-manual-configuration
 * @see https://huggingface.co/docs/hub/datasets-cards
 */
import { licenceUrl } from '../model/about.ts';
import { dataFile, splitPattern } from '../model/file-names.ts';
import type { Manifest } from '../model/manifest.ts';
import { PARTS } from '../model/rows.ts';
import { attackClasses, datasetName } from './describe.ts';

/** As `datasets.Features` names them. */
const DTYPE = {
  timestamp: 'timestamp[ms, tz=UTC]',
  double: 'float64',
  int32: 'int32',
  string: 'string',
} as const;

/** The Hub's names of sizes, each for fewer rows than so many. */
const SIZES = [
  [1_000, 'n<1K'],
  [10_000, '1K<n<10K'],
  [100_000, '10K<n<100K'],
  [1_000_000, '100K<n<1M'],
  [10_000_000, '1M<n<10M'],
  [100_000_000, '10M<n<100M'],
  [1_000_000_000, '100M<n<1B'],
] as const;

/** Licences that the Hub knows by another name than SPDX in lower case, or not at all, are `other`. */
const HUB_LICENCES = [
  ...['apache-2.0', 'mit', 'cc0-1.0', 'cc-by-2.0', 'cc-by-2.5', 'cc-by-3.0', 'cc-by-4.0', 'cc-by-sa-3.0'],
  ...['cc-by-sa-4.0', 'cc-by-nc-2.0', 'cc-by-nc-3.0', 'cc-by-nc-4.0', 'cc-by-nd-4.0', 'cc-by-nc-nd-3.0'],
  ...['cc-by-nc-nd-4.0', 'cc-by-nc-sa-2.0', 'cc-by-nc-sa-3.0', 'cc-by-nc-sa-4.0', 'cdla-sharing-1.0'],
  ...[
    'cdla-permissive-1.0',
    'cdla-permissive-2.0',
    'wtfpl',
    'epl-2.0',
    'eupl-1.2',
    'mpl-2.0',
    'isc',
    'unlicense',
  ],
  ...[
    'bsd-2-clause',
    'bsd-3-clause',
    'bsd-3-clause-clear',
    'zlib',
    'odbl',
    'pddl',
    'etalab-2.0',
    'ms-pl',
    'ncsa',
  ],
];
const OTHER_NAMES: Readonly<Record<string, string>> = { 'odbl-1.0': 'odbl', 'pddl-1.0': 'pddl' };

/** Characters that YAML 1.1 does not take as they are, those that tear a line, and those that begin markup where somebody shows it. */
const UNPRINTABLE = /[<>&\p{C}\u2028\u2029\u0085\ufeff]/gu;
const BMP_DIGITS = 4;
const ASTRAL_DIGITS = 8;
const LAST_OF_BMP = 0xffff;

/** A text as YAML and JSON have it between quotes. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code > LAST_OF_BMP
      ? `\\U${hex.padStart(ASTRAL_DIGITS, '0')}`
      : `\\u${hex.padStart(BMP_DIGITS, '0')}`;
  });
}

/** The values of `label`, `normal` first: a class has its place among them as number. */
function classNames(manifest: Manifest): string[] {
  return ['normal', ...attackClasses(manifest)];
}

function licenceLines({ about: { license } = {} }: Manifest): string[] {
  if (license === undefined) return [];
  const lower = license.toLowerCase();
  const name = OTHER_NAMES[lower] ?? lower;
  if (HUB_LICENCES.includes(name)) return [`license: ${name}`];
  const link = licenceUrl(license);
  return [
    'license: other',
    `license_name: ${quoted(license)}`,
    ...(link === undefined ? [] : [`license_link: ${quoted(link)}`]),
  ];
}

/** Which files are which part: those that have rows. A dataset with one file a day has all its rows in one. */
function splitLines({ files, split, format }: Manifest): string[] {
  const isBySplit = files.every(({ path }) => dataFile(path)?.split !== undefined);
  const parts = isBySplit
    ? PARTS.filter((part) => (split.rows[part] ?? 0) > 0).map((part) => [part, splitPattern(part, format)])
    : [['rows', `data/*/*.${format}`]];
  return parts.flatMap(([name, pattern]) => [`  - split: ${name}`, `    path: ${quoted(pattern ?? '')}`]);
}

function featureLines(manifest: Manifest): string[] {
  return manifest.columns.flatMap(({ name, type }) => {
    const head = `  - name: ${quoted(name)}`;
    if (name !== 'label') return [head, `    dtype: ${DTYPE[type]}`];
    const names = classNames(manifest).map((each, i) => `          '${i}': ${quoted(each)}`);
    return [head, '    dtype:', '      class_label:', '        names:', ...names];
  });
}

/** The lines before the card, with the rules around them. */
export function frontMatter(manifest: Manifest): string {
  const size = SIZES.find(([below]) => manifest.rows < below)?.[1] ?? 'n>1T';
  return [
    '---',
    `pretty_name: ${quoted(datasetName(manifest))}`,
    ...licenceLines(manifest),
    'task_categories:',
    '- time-series-forecasting',
    '- tabular-classification',
    'tags:',
    ...['anomaly-detection', 'intrusion-detection', 'kubernetes', 'time-series'].map((tag) => `- ${tag}`),
    'size_categories:',
    `- ${size}`,
    'configs:',
    '- config_name: default',
    '  data_files:',
    ...splitLines(manifest),
    // As pandas reads CSV: an empty cell is null, and no other text is.
    ...(manifest.format === 'csv' ? ['  keep_default_na: false', "  na_values: ['']"] : []),
    'dataset_info:',
    '  features:',
    ...featureLines(manifest),
    '---',
  ].join('\n');
}
