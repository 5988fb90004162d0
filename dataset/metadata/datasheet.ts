/**
 * What a datasheet tells of a dataset beside its columns, in sentences that follow from the manifest: nothing in them is anybody's guess.
 *
 * @see Gebru et al., Datasheets for Datasets, Communications of the ACM 64(12), 2021
 */
import { entitiesText } from '../model/entity.ts';
import type { Manifest } from '../model/manifest.ts';
import { attackClasses } from './describe.ts';

type LabelOrigin = Manifest['labels'][number];

/** A count that a label source tells. */
function told(source: LabelOrigin, key: string): number {
  const count = source[key];
  return typeof count === 'number' ? count : 0;
}

const episodes = (count: number) => `${count} ${count === 1 ? 'episode' : 'episodes'}`;

/** Who gave the labels of a source, as far as it tells. */
function originOf(source: LabelOrigin): string {
  const { kind, episodes: all } = source;
  if (kind === 'metric')
    return `${episodes(all)} from metrics of the scenarios, which were started on purpose and tell when they began and ended`;
  if (kind === 'promql')
    return `${episodes(all)} from an expression or alert: rows are labelled when it fires, whether or not there was an attack`;
  if (kind !== 'episodes') return `${episodes(all)} from a source of the kind ${kind}`;
  const [scripted, hand] = [told(source, 'scripted'), told(source, 'byHand')];
  const parts = [
    ...(scripted > 0 ? [`${episodes(scripted)} of campaigns, which were started on purpose`] : []),
    ...(hand > 0 ? [`${episodes(hand)} that a person labelled afterwards`] : []),
    ...(all > scripted + hand
      ? [`${episodes(all - scripted - hand)} of which the file does not tell where they are from`]
      : []),
  ];
  return `the file ${String(source['file'] ?? '')}: ${parts.length === 0 ? 'no episodes' : parts.join(', ')}`;
}

/** A sentence for each label source, in order of precedence. */
export function labelOrigins({ labels }: Pick<Manifest, 'labels'>): string[] {
  if (labels.length === 0) return ['There was no label source: label, anomaly and phase are null.'];
  return labels.map((source) => `${originOf(source)}.`);
}

/** Whether all attacks are known to be produced on purpose, none of them is, or some are. */
export function produced({ labels }: Pick<Manifest, 'labels'>): 'all' | 'some' | 'unknown' {
  const scripted = labels.map((source) =>
    source.kind === 'metric' ? source.episodes : told(source, 'scripted'),
  );
  const sum = scripted.reduce((total, count) => total + count, 0);
  if (sum === 0) return 'unknown';
  return labels.every(({ episodes: all }, i) => all === scripted[i]) ? 'all' : 'some';
}

export function uses(): string[] {
  return [
    'Training and comparing detectors of attacks and of anomalies on nodes and containers, supervised or from normal time alone.',
    'Studying how attacks, and benign workloads that resemble them, show in metrics of the operating system.',
  ];
}

export function notFor(manifest: Manifest): string[] {
  const { labels } = manifest;
  return [
    `Claims about other machines or workloads than these ${entitiesText(manifest)}: what a model learns here need not hold there.`,
    'Estimating how often attacks occur: how much of the time is attack was decided by whoever made the dataset.',
    ...(labels.length > 0 && produced(manifest) === 'unknown' && attackClasses(manifest).length > 0
      ? ['Taking a label for certain: where it is from stands below.']
      : []),
  ];
}

export function collection(manifest: Manifest): string {
  return `An agent on each node read the kernel's own figures; Prometheus stored them every ${manifest.scrapeInterval}; ${manifest.builder} made a row of each ${manifest.entity} every ${manifest.step}.`;
}

export function personal({ pseudonyms, evidence }: Manifest): string {
  const names =
    pseudonyms === undefined
      ? 'Names of nodes, namespaces and pods are those of the cluster.'
      : `The values of ${pseudonyms.columns.join(', ')} are pseudonyms.`;
  const events =
    evidence === undefined
      ? ' Rows are counts and rates: no contents, commands or addresses.'
      : ' Events beside the rows have paths and arguments, from which known kinds of secrets were taken out.';
  return names + events;
}
