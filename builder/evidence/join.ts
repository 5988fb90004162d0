/** Finds the row of each event, and with it the label and the episode. */
import { compare } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import type { EvidenceEvent } from '../../dataset/evidence/event.ts';
import { entitiesOf, type NamedEntity } from '../../dataset/model/entity.ts';
import { EVIDENCE_COLUMNS } from '../../dataset/model/evidence.ts';
import { numbers, strings, type Table, type TableColumn, timesOf } from '../../dataset/model/table.ts';
import { textsOf } from '../../dataset/model/text-column.ts';

/** What a row tells of the events in it. */
interface Found {
  readonly cluster: string | null;
  readonly label: string | null;
  readonly episode: string | null;
}

interface Waiting {
  readonly event: EvidenceEvent;
  found: Found | undefined;
}

/**
 * The end of the step that a moment lies in: row t covers (t − step, t].
 *
 * @internal exported for its own tests
 */
export function rowOf(timeMs: number, stepMs: number): number {
  return Math.ceil(timeMs / stepMs) * stepMs;
}

const rowKey = (lab: string, node: string, namespace: string, pod: string, rowMs: number) =>
  JSON.stringify([lab, node, namespace, pod, rowMs]);

/** The lab of a joined dataset's row or event: its cluster is `lab` or `lab/cluster`. */
const labIn = (cluster: string | null) => cluster?.split('/')[0] ?? '';

/** Joins events to the rows of a dataset, whose tables are met in any order. */
export class EvidenceJoin {
  readonly #stepMs: number;
  /** Whether names of nodes mean something within a lab alone. */
  readonly #isOfLabs: boolean;
  readonly #byRow = new Map<string, Waiting[]>();
  readonly #all: Waiting[];

  constructor(events: readonly EvidenceEvent[], entity: 'node' | 'pod', stepMs: number) {
    this.#stepMs = stepMs;
    this.#isOfLabs = events.some(({ lab }) => lab !== undefined);
    this.#all = events.map((event) => ({ event, found: undefined }));
    for (const waiting of this.#all) {
      const { lab = '', node, namespace, pod, timeMs } = waiting.event;
      // What the host does is in no pod's row.
      const [ns, name] = entity === 'pod' ? [namespace, pod] : ['', ''];
      const key = rowKey(lab, node, ns, name, rowOf(timeMs, stepMs));
      const there = this.#byRow.get(key);
      if (there === undefined) this.#byRow.set(key, [waiting]);
      else there.push(waiting);
    }
  }

  /**
   * Takes a table of the dataset's rows.
   *
   * @throws {BuilderError} `data` when rows of two clusters could be an event's
   */
  meet(table: Table): void {
    if (this.#byRow.size === 0) return;
    const entities = entitiesOf(table);
    const times = timesOf(table);
    let labels: readonly (string | null)[] | undefined;
    let episodes: readonly (string | null)[] | undefined;
    for (let row = 0; row < table.rows; row++) {
      const { cluster, node, namespace = '', pod = '' } = entities[row] as NamedEntity;
      const lab = this.#isOfLabs ? labIn(cluster) : '';
      const own = this.#byRow.get(rowKey(lab, node, namespace, pod, times[row] as number));
      if (own === undefined) continue;
      labels ??= strings(table, 'label');
      episodes ??= strings(table, 'episode');
      for (const waiting of own) {
        if (waiting.found !== undefined && waiting.found.cluster !== cluster)
          throw new BuilderError(
            'data',
            `evidence: nodes of two clusters are called ${node}, and records do not tell clusters: build each cluster's dataset by a selector of its own`,
          );
        waiting.found = { cluster, label: labels[row] ?? null, episode: episodes[row] ?? null };
      }
    }
  }

  /**
   * The events of the dataset's time as a table, in the order of time; undefined when there is none.
   *
   * @param startMs of the first possible row, and `endMs` of the last
   * @param hidden whether arguments, paths and names of images and containers are left out
   */
  table(startMs: number, endMs: number, hidden: boolean): Table | undefined {
    const own = this.#all
      .filter(({ event: { timeMs } }) => timeMs > startMs - this.#stepMs && timeMs <= endMs)
      .sort(
        ({ event: a }, { event: b }) =>
          a.timeMs - b.timeMs ||
          compare(a.lab ?? '', b.lab ?? '') ||
          compare(a.node, b.node) ||
          compare(a.id, b.id),
      );
    if (own.length === 0) return undefined;
    const text = (of: (waiting: Waiting) => string | null) =>
      textsOf(own.map((waiting) => of(waiting) || null));
    const number = (of: (waiting: Waiting) => number) => Float64Array.from(own, of);
    const cells: Readonly<Record<string, () => object>> = {
      timestamp: () => ({ values: number(({ event }) => event.timeMs) }),
      row: () => ({ values: number(({ event }) => rowOf(event.timeMs, this.#stepMs)) }),
      joined: () => ({ values: number(({ found }) => Number(found !== undefined)) }),
      cluster: () => text(({ found, event }) => found?.cluster ?? event.lab ?? null),
      node: () => text(({ event }) => event.node),
      namespace: () => text(({ event }) => event.namespace),
      pod: () => text(({ event }) => event.pod),
      container: () => text(({ event }) => (hidden ? null : event.container)),
      event: () => text(({ event }) => event.id),
      rule: () => text(({ event }) => event.rule),
      kind: () => text(({ event }) => event.kind),
      severity: () => text(({ event }) => event.severity),
      mitre: () => text(({ event }) => event.mitre),
      program: () => text(({ event }) => (hidden ? null : event.program)),
      suppressed: () => ({ values: number(({ event }) => event.suppressed) }),
      label: () => text(({ found }) => found?.label ?? null),
      episode: () => text(({ found }) => found?.episode ?? null),
      details: () => text(({ event }) => (hidden ? null : event.details)),
    };
    return {
      rows: own.length,
      columns: EVIDENCE_COLUMNS.map(({ name, type }) => ({ name, type, ...cells[name]?.() }) as TableColumn),
    };
  }
}

/**
 * The events of a table as they were read.
 *
 * @param isOfLabs whether the dataset was joined of several labs'
 */
export function eventsOf(table: Table, isOfLabs = false): EvidenceEvent[] {
  const text = (name: string) => strings(table, name).map((value) => value ?? '');
  const times = timesOf(table);
  const suppressed = numbers(table, 'suppressed');
  const names = [
    'event',
    'cluster',
    'node',
    'namespace',
    'pod',
    'container',
    'rule',
    'kind',
    'severity',
    'mitre',
  ] as const;
  const columns = Object.fromEntries(
    [...names, 'program' as const, 'details' as const].map((name) => [name, text(name)]),
  );
  return Array.from({ length: table.rows }, (_, row) => {
    const at = (name: string) => columns[name]?.[row] ?? '';
    return {
      ...(isOfLabs && { lab: labIn(at('cluster')) }),
      ...{ id: at('event'), timeMs: times[row] as number, node: at('node'), namespace: at('namespace') },
      ...{ pod: at('pod'), container: at('container'), rule: at('rule'), kind: at('kind') },
      ...{ severity: at('severity'), mitre: at('mitre'), program: at('program') },
      suppressed: suppressed[row] as number,
      details: at('details'),
    };
  });
}
