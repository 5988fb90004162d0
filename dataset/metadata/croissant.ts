/**
 * The dataset described in MLCommons' Croissant 1.0, for dataset search engines and loaders.
 *
 * @see https://docs.mlcommons.org/croissant/docs/croissant-spec.html
 */

import { FORMATS } from '../formats/registry.ts';
import { type Creator, creatorsIn, licenceUrl } from '../model/about.ts';
import { EVIDENCE_COLUMNS } from '../model/evidence.ts';
import type { Manifest } from '../model/manifest.ts';
import { SPLITS, type Split } from '../model/rows.ts';
import { datasetName, describe } from './describe.ts';
import { responsibleUse } from './responsible-use.ts';

/** The vocabulary's own context; loaders compare it key by key. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

const DATA_TYPE = {
  timestamp: 'sc:DateTime',
  double: 'sc:Float',
  int32: 'sc:Integer',
  string: 'sc:Text',
} as const;

const LABELS: readonly string[] = ['label', 'anomaly'];
const KEY: readonly string[] = ['timestamp', 'cluster', 'node', 'namespace', 'pod'];

const EVENTS = 'events';
const FILES = 'row-files';
const ROWS = 'rows';
const SPLIT = 'splits';

type Column = Manifest['columns'][number];

/**
 * What a column is for a model. Croissant has words for labels and splits; that of features is ML-Schema's.
 *
 * @see http://www.w3.org/ns/mls
 */
function roleOf({ name, type }: Column): string | undefined {
  if (LABELS.includes(name)) return 'cr:Label';
  if (name === 'split') return 'cr:Split';
  return type === 'double' ? 'http://www.w3.org/ns/mls#Feature' : undefined;
}

function dataType(column: Column) {
  const role = roleOf(column);
  return role === undefined ? DATA_TYPE[column.type] : [DATA_TYPE[column.type], role];
}

function field(column: Column) {
  const { name, help, unit, source } = column;
  return {
    '@type': 'cr:Field',
    '@id': `${ROWS}/${name}`,
    name,
    description: [help, unit && `Unit: ${unit}.`, source && `Source: ${source}.`].filter(Boolean).join(' '),
    dataType: dataType(column),
    source: { fileSet: { '@id': FILES }, extract: { column: name } },
  };
}

function creatorOf({ name, type = 'person', url, affiliation, orcid }: Creator) {
  return {
    '@type': type === 'person' ? 'Person' : 'Organization',
    ...(orcid !== undefined && { '@id': `https://orcid.org/${orcid}` }),
    name,
    ...(url !== undefined && { url }),
    ...(orcid !== undefined && { sameAs: `https://orcid.org/${orcid}` }),
    ...(affiliation !== undefined && { affiliation: { '@type': 'Organization', name: affiliation } }),
  };
}

function aboutProperties({ about = {} }: Manifest) {
  const { license, url, citation, version, datePublished } = about;
  const creators = creatorsIn(about).map(creatorOf);
  return {
    ...(license !== undefined && { license: licenceUrl(license) ?? license }),
    ...(creators.length > 0 && { creator: creators.length === 1 ? creators[0] : creators }),
    ...(url !== undefined && { url }),
    ...(citation !== undefined && { citeAs: citation }),
    ...(version !== undefined && { version }),
    ...(datePublished !== undefined && { datePublished }),
  };
}

const SPLIT_MEANINGS: Readonly<Record<Split, string>> = {
  train: 'cr:TrainingSplit',
  validation: 'cr:ValidationSplit',
  test: 'cr:TestSplit',
  embargo: 'https://schema.org/Nothing',
};

/** The parts of the split by name, and what each is for. */
function splitSet() {
  const field = (name: string, dataType: string) => ({
    '@type': 'cr:Field',
    '@id': `${SPLIT}/${name}`,
    name,
    dataType,
  });
  return {
    '@type': 'cr:RecordSet',
    '@id': SPLIT,
    name: SPLIT,
    description: 'The parts that rows belong to; rows of the embargo belong to none.',
    dataType: 'cr:Split',
    key: [{ '@id': `${SPLIT}/name` }],
    field: [field('name', 'sc:Text'), field('url', 'sc:URL')],
    data: SPLITS.map((split) => ({
      [`${SPLIT}/name`]: split,
      [`${SPLIT}/url`]: SPLIT_MEANINGS[split],
    })),
  };
}

/** The events, each with the row that it lies in. */
function eventSet(path: string) {
  return {
    '@type': 'cr:RecordSet',
    '@id': EVENTS,
    name: EVENTS,
    description:
      'One row per event; `row` with cluster and node (namespace and pod) is the key of the row that it lies in.',
    key: ['node', 'event'].map((name) => ({ '@id': `${EVENTS}/${name}` })),
    field: EVIDENCE_COLUMNS.map(({ name, type, help }) => ({
      '@type': 'cr:Field',
      '@id': `${EVENTS}/${name}`,
      name,
      description: help,
      dataType: DATA_TYPE[type],
      source: { fileObject: { '@id': path }, extract: { column: name } },
    })),
  };
}

/** croissant.json, as an object. */
export function croissant(manifest: Manifest) {
  const { format, files, columns, evidence } = manifest;
  const { encodingFormat } = FORMATS[format];
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: ['http://mlcommons.org/croissant/1.0', 'http://mlcommons.org/croissant/RAI/1.0'],
    name: datasetName(manifest),
    description: describe(manifest),
    ...aboutProperties(manifest),
    ...responsibleUse(manifest),
    temporalCoverage: `${manifest.start}/${manifest.end}`,
    distribution: [
      ...files.map(({ path, bytes, sha256 }) => ({
        '@type': 'cr:FileObject',
        '@id': path,
        name: path,
        contentUrl: path,
        contentSize: `${bytes} B`,
        encodingFormat,
        sha256,
      })),
      ...(evidence === undefined
        ? []
        : [
            {
              '@type': 'cr:FileObject',
              '@id': evidence.path,
              name: evidence.path,
              description: 'What happened at the times of the rows: one row an event.',
              contentUrl: evidence.path,
              contentSize: `${evidence.bytes} B`,
              encodingFormat: FORMATS.parquet.encodingFormat,
              sha256: evidence.sha256,
            },
          ]),
      {
        '@type': 'cr:FileSet',
        '@id': FILES,
        name: FILES,
        description: 'The files of all partitions and shards.',
        encodingFormat,
        includes: `data/**/*.${format}`,
      },
    ],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': ROWS,
        name: ROWS,
        description: `One row per ${manifest.entity} and step of ${manifest.step}.`,
        key: columns
          .filter(({ name }) => KEY.includes(name))
          .map(({ name }) => ({ '@id': `${ROWS}/${name}` })),
        field: columns.map(field),
      },
      splitSet(),
      ...(evidence === undefined ? [] : [eventSet(evidence.path)]),
    ],
  };
}
