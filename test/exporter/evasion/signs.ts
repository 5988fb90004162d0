import type { Sign } from './table/model.ts';

/** Which metrics tell on whom, and the label that says what. */
const METRICS: Readonly<Record<string, string>> = {
  suspicious_execs_total: 'rule',
  outbound_destinations_total: 'rule',
  suspicious_processes: 'kind',
  listening_sockets: 'protocol',
  network_sniffers: 'kind',
  file_changes_total: 'rule',
  suspicious_log_lines_total: 'rule',
  risky_pods: 'rule',
};

interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function parse(key: string, value: number): Series {
  const [, metric = '', text = ''] = /^kubevigil_(\w+)(?:\{(.*)\})?$/.exec(key) ?? [];
  const labels = Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, said]) => [name ?? '', said ?? '']),
  );
  return { metric, labels, value };
}

/** Counters and gauges that tell of something: by whom or what they are about, and then by sign. */
export class Signs {
  readonly #series: readonly Series[];

  constructor(page: ReadonlyMap<string, number>) {
    this.#series = [...page].map(([key, value]) => parse(key, value));
  }

  /** What is above 0 of a pod or container, by the name that the page has for it. */
  of(owner: string): Map<Sign, number> {
    return this.#select(({ labels }) => labels['pod'] === owner || labels['container'] === owner);
  }

  /** Whether a pod is known by name. */
  knows(pod: string): boolean {
    return this.#series.some(({ metric, labels }) => metric === 'risky_pods' && labels['pod'] === pod);
  }

  /** Whether a pod's sockets have been counted. */
  hasTables(pod: string): boolean {
    return this.#series.some(({ metric, labels }) => metric === 'listening_sockets' && labels['pod'] === pod);
  }

  /** What a metric without an owner has, by its name and the value of its first label if it has any. */
  total(sign: Sign): number {
    const [name, said] = sign.split(' ');
    const found = this.#series.find(
      ({ metric, labels }) => metric === name && (said === undefined || Object.values(labels)[0] === said),
    );
    return found?.value ?? 0;
  }

  #select(isWanted: (series: Series) => boolean): Map<Sign, number> {
    const found = new Map<Sign, number>();
    for (const series of this.#series) {
      const label = METRICS[series.metric];
      if (label === undefined || series.value === 0 || !isWanted(series)) continue;
      const said = series.labels[label] ?? '';
      const sign = label === 'rule' ? said : `${series.metric} ${said}`;
      found.set(sign, (found.get(sign) ?? 0) + series.value);
    }
    return found;
  }

  /** What rules of the host's have counted, by the rule's name. */
  ofRule(rule: string): number {
    return this.#series
      .filter(({ metric, labels }) => METRICS[metric] === 'rule' && labels['rule'] === rule)
      .reduce((sum, { value }) => sum + value, 0);
  }
}

/** The most that was seen of each sign. */
export function most(maps: readonly ReadonlyMap<Sign, number>[]): Map<Sign, number> {
  const found = new Map<Sign, number>();
  for (const map of maps)
    for (const [sign, value] of map) found.set(sign, Math.max(value, found.get(sign) ?? 0));
  return found;
}

/** What was counted since an earlier look. */
export function since(
  before: ReadonlyMap<Sign, number>,
  after: ReadonlyMap<Sign, number>,
): Map<Sign, number> {
  const rises = [...after].map(([sign, value]) => [sign, value - (before.get(sign) ?? 0)] as const);
  return new Map(rises.filter(([, value]) => value > 0));
}
