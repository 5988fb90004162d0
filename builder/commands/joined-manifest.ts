/** The manifest of a dataset that is joined of several labs'. */
import { createHash } from 'node:crypto';
import { parseDurationMs } from '../../common/duration.ts';
import { packageVersion } from '../../common/version.ts';
import { infiniteWarnings } from '../../dataset/model/infinite.ts';
import {
  type Manifest,
  type ManifestFile,
  manifestSchema,
  SCHEMA_VERSION,
} from '../../dataset/model/manifest.ts';
import type { Accounts } from '../../dataset/summary/accounts.ts';
import { accountWarnings, claimsOf, dividedOf } from '../stages/manifest.ts';
import { NodeFacts } from '../stages/node-facts.ts';
import type { Lab } from './joinable.ts';
import { evidenceWarnings } from './joined-evidence.ts';
import { clusterIn, nameIn } from './lab-names.ts';

/** Of what can be written as JSON. */
export const digestOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

const distinct = (texts: readonly string[]) => [...new Set(texts)];

/** Which of the labs' durations is the longest, as it is written there. */
function longest(labs: readonly Lab[], key: 'freshness' | 'scrapeInterval' | 'delay'): string {
  const ms = ({ manifest }: Lab) => parseDurationMs(manifest[key]) ?? 0;
  return labs.reduce((most, lab) => (ms(lab) > ms(most) ? lab : most)).manifest[key];
}

/** What the datasets have beside their rows that differs from lab to lab. */
function labWarnings(labs: readonly Lab[]): string[] {
  const differ = (['scrapeInterval', 'freshness'] as const).flatMap((key) => {
    const values = labs.map(({ lab, manifest }) => `${manifest[key]} in ${lab}`);
    return distinct(labs.map(({ manifest }) => manifest[key])).length > 1
      ? [`${key} is ${values.join(', ')}`]
      : [];
  });
  const keys = distinct(labs.flatMap(({ manifest }) => manifest.pseudonyms?.keyId ?? []));
  return [
    ...differ,
    ...(keys.length > 1
      ? ['pseudonyms are by different keys: the same name has another pseudonym in each lab']
      : []),
    ...evidenceWarnings(labs),
    ...labs.flatMap(({ lab, manifest }) => manifest.warnings.map((warning) => `${lab}: ${warning}`)),
  ];
}

function prometheusOf(labs: readonly Lab[]): Manifest['prometheus'] {
  const all = labs.map(({ manifest }) => manifest.prometheus);
  const servers = distinct(all.map(({ server = 'Prometheus' }) => server));
  return {
    version: distinct(all.map(({ version }) => version)).join(' and '),
    ...((servers.length > 1 || servers[0] !== 'Prometheus') && { server: servers.join(' and ') }),
    reading: all.every(({ reading }) => reading === 'remote-read') ? 'remote-read' : 'range-selectors',
    staleMarkers: all.every(({ staleMarkers }) => staleMarkers),
    jobs: distinct(all.flatMap(({ jobs }) => jobs)).sort(),
  };
}

/** The split of all: what was asked for in each stands with its lab. */
function splitOf(labs: readonly Lab[]) {
  const embargo = (lab: Lab) => parseDurationMs(lab.manifest.split.embargo) ?? 0;
  const [first] = labs as [Lab];
  const isSame = labs.every(
    ({ manifest }) =>
      JSON.stringify(manifest.split.fractions) === JSON.stringify(first.manifest.split.fractions),
  );
  return {
    by: 'joined' as const,
    // Where labs asked for different shares nobody asked for those of the whole.
    fractions: isSame ? first.manifest.split.fractions : [],
    embargo: labs.reduce((most, lab) => (embargo(lab) > embargo(most) ? lab : most)).manifest.split.embargo,
  };
}

const MOST_NAME = 80;

/** What the labs' datasets came about by, each file with its lab's name before its own; by its digest as well where that is not enough. */
function provenanceOf(labs: readonly Lab[]): Pick<Manifest, 'provenance'> {
  const taken = new Set<string>();
  const provenance = labs.flatMap(({ lab, manifest }) =>
    (manifest.provenance ?? []).map(({ name, ...told }) => {
      const whole = `${lab}-${name}`;
      const mark = `-${told.sha256.slice(0, 8)}`;
      const isFree = whole.length <= MOST_NAME && !taken.has(whole);
      const own = isFree ? whole : `${whole.slice(0, MOST_NAME - mark.length)}${mark}`;
      taken.add(own);
      return { name: own, ...told };
    }),
  );
  return provenance.length === 0 ? {} : { provenance };
}

type Account = ReturnType<Accounts['result']>;

/** What is known of all machines, each in its lab's cluster. What is not known stands in the labs' warnings. */
function factsOf(
  labs: readonly Lab[],
  { entities }: Account,
  stepMs: number,
): Pick<Manifest, 'machines' | 'kubernetes' | 'unread'> {
  const facts = new NodeFacts({ nodeLabel: 'node', clusterLabel: 'cluster' });
  for (const { lab, manifest } of labs) {
    const inLab = <T extends { readonly cluster: string | null }>(one: T): T => ({
      ...one,
      cluster: clusterIn(lab, one.cluster),
    });
    const { machines = [], kubernetes = [], unread = [] } = manifest;
    facts.join({
      machines: machines.map(inLab),
      kubernetes: kubernetes.map(inLab),
      unread: unread.map(inLab),
    });
  }
  return facts.result(entities, stepMs);
}

/** What is known of each lab's dataset, as it was. */
function joinedOf(labs: readonly Lab[]): Manifest['joined'] {
  return labs.map(({ lab, manifest }) => {
    const {
      about,
      builder,
      configDigest,
      rowsDigest,
      rows,
      start,
      end,
      scrapeInterval,
      prometheus,
      pseudonyms,
    } = manifest;
    const { by, fractions, seed, embargo } = manifest.split;
    return {
      ...{ lab, builder, configDigest, rowsDigest, rows, start, end, scrapeInterval, prometheus },
      ...(about !== undefined && { about }),
      ...(pseudonyms !== undefined && { keyId: pseudonyms.keyId }),
      split: { by, fractions, embargo, ...(seed !== undefined && { seed }) },
    };
  });
}

function chainsOf(labs: readonly Lab[]): Manifest['chains'] {
  const all = labs.flatMap(({ lab, manifest }) =>
    (manifest.chains ?? []).map(({ chain, stages, ...whole }) => ({
      ...{ chain: nameIn(lab, chain), ...whole },
      stages: stages.map((stage) => ({
        ...stage,
        episodes: stage.episodes.map((name) => nameIn(lab, name)),
      })),
    })),
  );
  return all.length === 0 ? undefined : all;
}

/** What is to be said of the whole. */
export function joinedManifest(
  labs: readonly Lab[],
  format: Manifest['format'],
  files: readonly ManifestFile[],
  account: Account,
  about: Manifest['about'],
): Manifest {
  const all = labs.map(({ manifest }) => manifest);
  const [first] = all as [Manifest];
  const keys = distinct(all.flatMap(({ pseudonyms }) => pseudonyms?.keyId ?? []));
  const earliest = (times: readonly string[]) => [...times].sort()[0] as string;
  const latest = (times: readonly string[]) => [...times].sort().at(-1) as string;
  const split = splitOf(labs);
  const chains = chainsOf(labs);
  return manifestSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    builder: `kubevigil-builder ${packageVersion()}`,
    ...(about !== undefined && { about }),
    configDigest: digestOf([
      'joined',
      ...labs.map(({ lab, manifest }) => [lab, manifest.configDigest, manifest.rowsDigest]),
    ]),
    entity: first.entity,
    ...(first.pseudonyms !== undefined && { pseudonyms: { ...first.pseudonyms, keyId: keys.join(' and ') } }),
    prometheus: prometheusOf(labs),
    format,
    start: earliest(all.map(({ start }) => start)),
    end: latest(all.map(({ end }) => end)),
    watermark: latest(all.map(({ watermark }) => watermark)),
    ...{ step: first.step, window: first.window, freshness: longest(labs, 'freshness') },
    ...{ scrapeInterval: longest(labs, 'scrapeInterval'), delay: longest(labs, 'delay') },
    columns: first.columns.map(({ promql, source, ...column }) => ({
      ...column,
      nulls: account.nulls[column.name] ?? 0,
      // What differs from lab to lab, such as a selector, is nothing to say of all.
      ...(source !== undefined &&
        all.every(({ columns }) =>
          columns.some((own) => own.name === column.name && own.source === source),
        ) && { source }),
      ...(promql !== undefined &&
        all.every(({ columns }) =>
          columns.some((own) => own.name === column.name && own.promql === promql),
        ) && { promql }),
    })),
    files,
    joined: joinedOf(labs),
    ...factsOf(labs, account, parseDurationMs(first.step) ?? Number.NaN),
    ...provenanceOf(labs),
    labels: labs.flatMap(({ lab, manifest }) =>
      manifest.labels.map(({ kind, ...told }) => ({ kind, lab, ...told })),
    ),
    conflicts: labs.flatMap(({ lab, manifest }) =>
      manifest.conflicts.map((conflict) => ({
        ...conflict,
        cluster: clusterIn(lab, conflict.cluster ?? null),
        ...{ kept: nameIn(lab, conflict.kept), ignored: nameIn(lab, conflict.ignored) },
      })),
    ),
    ...(chains !== undefined && { chains }),
    ...claimsOf(account),
    split: dividedOf(split, account),
    warnings: [
      ...labWarnings(labs),
      ...infiniteWarnings(first.columns, files),
      ...accountWarnings(account, split),
    ],
  });
}
