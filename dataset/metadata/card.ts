/** README.md of a dataset: what somebody who finds the folder must know. */
import { FORMATS } from '../formats/registry.ts';
import { type Creator, creatorsIn } from '../model/about.ts';
import { entityText } from '../model/entity.ts';
import { EVIDENCE_COLUMNS } from '../model/evidence.ts';
import { provenancePath } from '../model/file-names.ts';
import { type Manifest, serverText } from '../model/manifest.ts';
import { SPLITS, type Split } from '../model/rows.ts';
import { lackText } from '../summary/lacks.ts';
import { labelOrigins, notFor, produced, uses } from './datasheet.ts';
import { attackClasses, datasetName, describe } from './describe.ts';
import { frontMatter } from './front-matter.ts';
import { cut, plain, table } from './markdown.ts';
import { nodeList } from './nodes.ts';
import { protocol } from './protocol.ts';
import { otherBlocks, READERS, recipeBlock } from './recipes.ts';

function nameOf(entity: Manifest['entities'][number]): string {
  return plain(entityText(entity));
}

function facts(manifest: Manifest): string {
  const { rows, files, entities, start, end, step, format } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return table(
    ['', ''],
    [
      ['rows', String(rows)],
      ['time', `${start} to ${end} (UTC), step ${step}`],
      [manifest.entity === 'pod' ? 'pods' : 'nodes', String(entities.length)],
      ['files', `${files.length} ${format} files, ${bytes} bytes, below \`data/\``],
      ['rows digest', `\`${manifest.rowsDigest}\``],
    ],
  );
}

/** A label source in words, whatever its kind. */
export function labelSource({ kind, ...rest }: Manifest['labels'][number]): string {
  const details = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`);
  return `${kind}: ${details.join(', ')}`;
}

/** By what rows were divided, in words. */
function splitText(by: Manifest['split']['by']): string {
  return by === 'joined' ? 'as each lab has split its own' : `by ${by}`;
}

/** The datasets that it was joined of. */
function joinedOf({ joined = [] }: Manifest): string[] {
  if (joined.length === 0) return [];
  return [
    '- Joined of the datasets of several labs, each with its name before its clusters, episodes and runs:',
    ...joined.map(
      ({ lab, rows, rowsDigest, split, scrapeInterval, ...own }) =>
        `  - ${plain(lab)}: ${rows} rows (\`${rowsDigest}\`) of ${plain(serverText(own.prometheus))}, scraped every ${scrapeInterval}, split by ${split.by}${own.about?.license === undefined ? '' : `, licence ${plain(own.about.license)}`}`,
    ),
  ];
}

function making(manifest: Manifest): string {
  const { prometheus, step, window, freshness, scrapeInterval, labels } = manifest;
  const sources = labels.map((source) => `  - ${plain(labelSource(source))}`);
  const { pseudonyms } = manifest;
  return [
    `- Made by ${manifest.builder} from the samples of ${plain(serverText(prometheus))} (${prometheus.reading}; jobs ${plain(prometheus.jobs.join(', '))}), scraped every ${scrapeInterval}.`,
    `- The row of time t covers (t − ${step}, t]. Gauges are the newest sample not older than ${freshness}; rates are the increase between two samples, counter resets added, over a window of ${window} unless the column says more.`,
    '- No value depends on a sample after its row. Nothing is filled in: what was not measured is null.',
    ...(pseudonyms === undefined
      ? []
      : [
          `- The values of ${pseudonyms.columns.join(', ')} are pseudonyms (${pseudonyms.method}); datasets with the key id ${pseudonyms.keyId} have the same for the same names.`,
        ]),
    ...joinedOf(manifest),
    labels.length === 0
      ? '- There was no label source: label, anomaly and phase are null.'
      : '- Labels come from, in order of precedence:',
    ...sources,
  ].join('\n');
}

const ESCAPED =
  " Texts that begin with =, +, -, @, a tab or a carriage return have a `'` before them in these files, so that no spreadsheet takes them for formulas: take it off to have the texts that `rowsDigest` is of.";

function using({ format, escapesFormulas, split, columns }: Manifest): string {
  const recipes = READERS.flatMap((reader) => [`${reader}:`, '', recipeBlock(reader, format), '']);
  return [
    `Read it from this folder. ${FORMATS[format].note}${escapesFormulas ? ESCAPED : ''}`,
    '',
    ...recipes,
    ...otherBlocks(format),
    "Tools that are given the folder `data` instead take the names of its folders for a column `date`: it is no feature, and tells train from test. Leave it out (`pandas.read_parquet('data', partitioning=None)`, `hive_partitioning = false`).",
    '',
    "Then, in pandas, `train = rows[rows['split'] == 'train']`, and likewise `validation` and `test`.",
    '',
    `- The rows are split ${splitText(split.by)}${split.bounds === undefined ? '' : `, at ${split.bounds.join(' and ')}`}; \`embargo\` rows (${split.embargo} after each change) belong to no part: their features reach back into the part before.`,
    '- Fit everything, normalisation included, on `train`; choose on `validation`; look at `test` once. The statistics in manifest.json are those of the training rows. Never shuffle rows into folds: neighbours in time are nearly the same row.',
    '- `label` is the scenario of the attack under way or `normal`; `anomaly` is 1 or 0. Rows with `phase` `recovery` are normal, but their features still remember the attack. A benign workload is normal with an `episode`.',
    ...(columns.some(({ name }) => name === 'involvement')
      ? [
          '- `involvement` is what the pod has to do with the attack: `attacker` (its processes do it) and `victim` (it is done to it) have its label; a `bystander` is normal with an `episode`.',
        ]
      : []),
  ].join('\n');
}

/** The evaluation protocol, which `kubevigil-builder baseline` and `score` follow. */
function reporting(manifest: Manifest): string {
  return [
    ...protocol(manifest).map((sentence) => `- ${sentence}`),
    '',
    "`kubevigil-builder baseline .` learns the baselines and judges them so; `kubevigil-builder score . submit.csv` judges another model's scores.",
  ].join('\n');
}

function columnTable({ columns }: Manifest): string {
  return table(
    ['column', 'type', 'unit', 'nulls', 'what', 'source'],
    columns.map(({ name, type, unit, nulls, help, source, window }) => [
      `\`${name}\``,
      type,
      unit ?? '',
      String(nulls),
      plain(help) + (window === undefined ? '' : ` Window ${window}.`),
      plain(source ?? ''),
    ]),
  );
}

function classTable({ classBalance, split, rows }: Manifest): string {
  const parts = Object.keys(split.rows);
  return table(
    ['label', 'rows', 'share', ...parts],
    Object.entries(classBalance).map(([label, count]) => [
      plain(label),
      String(count),
      `${((100 * count) / rows).toFixed(2)} %`,
      ...parts.map((part) => String(split.classBalance[part]?.[label] ?? 0)),
    ]),
  );
}

/** The texts that it came about by, which stand beside the card. */
function provenanceSection({ provenance = [] }: Manifest): [string, string][] {
  if (provenance.length === 0) return [];
  const lines = provenance.map(({ name, sha256 }) => `- \`${provenancePath(name)}\`, SHA-256 \`${sha256}\``);
  return [
    [
      'How it came about',
      ['Kept with the rows, as whoever made them gave it:', '', ...cut(lines)].join('\n'),
    ],
  ];
}

function gapList(manifest: Manifest): string {
  const { gaps } = manifest;
  if (gaps.length === 0)
    return 'None: every node has a row with data at every step between its first and its last.';
  const kinds = { not_scraped: 'not scraped: no rows', no_data: 'scraped in vain: rows without features' };
  return cut(
    gaps.map(
      (gap) =>
        `- ${nameOf(gap)}: ${gap.start} to ${gap.end}, ${gap.steps} ${gap.steps === 1 ? 'step' : 'steps'}, ${kinds[gap.kind]}`,
    ),
  ).join('\n');
}

/** What is known of its attacks. */
function attackLimit(manifest: Manifest): string {
  const { labels } = manifest;
  if (labels.length === 0) return 'Nobody said whether attacks are in it.';
  if (attackClasses(manifest).length === 0)
    return 'No attack in it is labelled; whether there was one, its label sources alone know.';
  const which = produced(manifest);
  if (which === 'all') return 'Its attacks were produced on purpose; real ones differ.';
  return which === 'some'
    ? 'Some of its attacks were produced on purpose, which differ from real ones; the others are those that its label sources tell of.'
    : 'Its attacks are those that its label sources tell of.';
}

/** How rows are divided, what each part has of what matters, and what it lacks. */
function partsSection(manifest: Manifest): string {
  const { split } = manifest;
  const isAskedFor = (part: Split) => (split.fractions[SPLITS.indexOf(part)] ?? 0) > 0;
  const parts = SPLITS.filter((part) => split.rows[part] !== undefined || isAskedFor(part));
  const classes = attackClasses(manifest);
  const attacks = (part: string) =>
    classes.reduce((sum, name) => sum + (split.classBalance[part]?.[name] ?? 0), 0);
  const lacks = split.lacks ?? [];
  return [
    table(
      ['part', 'rows', 'under attack', 'of benign workloads', 'plain normal time'],
      parts.map((part) => [
        part,
        ...[split.rows[part], attacks(part), split.benignRows?.[part], split.normalRows?.[part]].map(
          (count) => String(count ?? 0),
        ),
      ]),
    ),
    '',
    `Divided ${splitText(split.by)}${split.stratify === undefined || split.stratify.length === 0 ? '' : `, each ${split.stratify.join(' and ')} by itself`}${split.seed === undefined ? '' : `, with the seed ${plain(split.seed)}`}${split.fractions.length === 0 ? '' : `; asked for were ${split.fractions.map((share) => `${Math.round(100 * share)} %`).join(', ')} of train, validation and test`}.`,
    ...(split.attackFree === undefined ? [] : [attackFreeText(split.attackFree)]),
    lacks.length === 0
      ? 'Each part with rows has rows of every class, of benign workloads where there are any, and of normal time.'
      : cut(
          lacks.map(
            (lack) => `- ${plain(lackText(lack))}: nothing can be learnt of it, or judged by it, there.`,
          ),
        ).join('\n'),
  ].join('\n');
}

function attackFreeText({ for: length, run }: NonNullable<Manifest['split']['attackFree']>): string {
  const which = [
    ...(length === undefined ? [] : [`the first ${length}`]),
    ...(run === undefined ? [] : [`the campaign ${plain(run)}`]),
  ];
  return `Of the training rows, ${which.join(' and ')} are without any attack.`;
}

function purpose(manifest: Manifest): string {
  return [
    'For:',
    '',
    ...uses().map((use) => `- ${use}`),
    '',
    'Not for:',
    '',
    ...notFor(manifest).map((use) => `- ${use}`),
  ].join('\n');
}

function limits(manifest: Manifest): string {
  const { warnings, constantColumns } = manifest;
  return [
    ...cut(warnings.map((warning) => `- ${plain(warning)}`)),
    ...(constantColumns.length > 0 ? ['- A column that never changes tells a model nothing here.'] : []),
    `- ${attackLimit(manifest)} What a model learns from these nodes need not hold for others: split by node to find out.`,
  ].join('\n');
}

/** `Jane Doe (University of X, ORCID 0000-0002-1825-0097)` */
function creatorText({ name, affiliation, orcid, url }: Creator): string {
  const more = [affiliation, orcid && `ORCID ${orcid}`, url].filter((part) => part !== undefined);
  return more.length === 0 ? name : `${name} (${more.join(', ')})`;
}

function rights({ about = {} }: Manifest): string {
  const { license, citation, url, version, datePublished } = about;
  const creators = creatorsIn(about).map(creatorText);
  const lines = [
    ['License', license],
    ['Made by', creators.length === 0 ? undefined : creators.join('; ')],
    ['Home', url],
    ['Version', version],
    ['Published', datePublished],
    ['Cite as', citation],
  ].flatMap(([name, value]) => (value === undefined ? [] : `- ${name}: ${plain(value)}`));
  return lines.length > 0
    ? lines.join('\n')
    : 'Not stated: give `about` in the configuration (license, creator, citation, url, version, datePublished).';
}

/** What there is to be known of the events beside the rows. */
function evidenceSection({ evidence, entity, pseudonyms }: Manifest): [string, string][] {
  if (evidence === undefined) return [];
  const { path, rows, joined, start, end, sources } = evidence;
  const key = entity === 'pod' ? 'cluster, node, namespace and pod' : 'cluster and node';
  const text = [
    `\`${plain(path)}\` has ${rows} events from ${start} to ${end}, a row each: what matched a rule of the exporter, whatever the format of the rows is. ${joined} of them lie in a row of the dataset: the one whose \`timestamp\` is their \`row\`, with the same ${key}; its label and episode stand beside them.`,
    pseudonyms === undefined
      ? 'Events that were held back because there were too many are counted in `suppressed` of the next.'
      : 'Names are pseudonyms as in the rows; arguments, paths, containers and images are left out. Events that were held back because there were too many are counted in `suppressed` of the next.',
    '',
    ...cut(sources.map(({ from, events }) => `- ${plain(from)}: ${events} events`)),
    '',
    table(
      ['column', 'type', 'what'],
      EVIDENCE_COLUMNS.map(({ name, type, help }) => [`\`${name}\``, type, plain(help)]),
    ),
  ];
  return [['Evidence', text.join('\n')]];
}

/** README.md, as text. */
export function card(manifest: Manifest): string {
  const sections: [string, string][] = [
    ['What it is for', purpose(manifest)],
    ['How it was made', making(manifest)],
    ['How to use it', using(manifest)],
    ['How to report results on it', reporting(manifest)],
    ['Columns', columnTable(manifest)],
    ['Classes', classTable(manifest)],
    ['Parts', partsSection(manifest)],
    [
      'Where its labels are from',
      labelOrigins(manifest)
        .map((origin) => `- ${plain(origin)}`)
        .join('\n'),
    ],
    ...evidenceSection(manifest),
    [manifest.entity === 'pod' ? 'Pods and their nodes' : 'Nodes', nodeList(manifest)],
    ...provenanceSection(manifest),
    ['Gaps', gapList(manifest)],
    ['Limits', limits(manifest)],
    [
      'Check it',
      '`kubevigil-builder verify .` recomputes everything that manifest.json says of the files, this page included; `kubevigil-builder report .` draws them.',
    ],
    ['Licence and citation', rights(manifest)],
  ];
  const body = sections.map(([title, text]) => `## ${title}\n\n${text}`);
  return `${[frontMatter(manifest), `# ${plain(datasetName(manifest))}`, plain(describe(manifest)), facts(manifest), ...body].join('\n\n')}\n`;
}
