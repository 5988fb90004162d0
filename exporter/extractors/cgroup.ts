import { groupBy } from '../../common/collections.ts';
import { SourceError } from '../base/errors.ts';
import { cgroupMetrics } from '../catalogue/cgroup.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import { sample } from '../catalogue/model/sample.ts';
import { type Controller, findController, type Mounted } from '../cgroups/controllers.ts';
import { Hierarchies } from '../cgroups/hierarchy.ts';
import { isNestedNode } from '../cgroups/node.ts';
import type { Place } from '../cgroups/place.ts';
import { type Read, Reading } from '../cgroups/reading.ts';
import { ContainerTree } from '../cgroups/tree.ts';
import { countsDisks, cpuSeconds, deviceBytes, throttledSeconds, workingSetBytes } from '../cgroups/usage.ts';
import { type Counts, type Part, SummedCounters } from '../counters/summed-counters.ts';
import { containerKey, containerLabels } from '../owners/attribution.ts';
import type { NodeView } from '../owners/node-view.ts';
import type { ContainerOwner } from '../owners/owners.ts';
import type { DeviceBytes } from '../parsers/cgroup-io.ts';
import type { Extraction, Extractor } from '../scrape/extractor.ts';

/** The hierarchies of the host, and the containers seen in each: the same for every view of it. */
interface State {
  hierarchies: Hierarchies | undefined;
  /** Where each controller was found; what was not found is looked for again. */
  readonly mounted: Map<Controller, Mounted>;
  readonly trees: Map<string, ContainerTree>;
  /** What the parts of containers counted, by figure. */
  readonly sums: Map<Figure<unknown>, SummedCounters>;
}

type Labels = ContainerOwner;

/** What one controller tells of one container, and what becomes of several that go by the same names. */
interface Figure<T> {
  readonly controller: Controller;
  readonly read: Readonly<Record<1 | 2, (read: Read, machineCounts: () => boolean) => T | undefined>>;
  /** What is counted of the container, in the order of the samples; undefined for a gauge, which is added up. */
  readonly parts?: (value: T, host: NodeView) => Iterable<readonly [part: string, counts: Counts]>;
  readonly samples: (counts: Counts, labels: Labels) => Sample[];
}

/** The container itself, as a part of its sum that is there when it has no other. */
const ITSELF = '';

/** Whether a device is a disk, as far as sysfs knows it: of one that it does not know, bytes are bytes. */
const isDisk = (device: string, host: NodeView) =>
  host.exists(`sys/dev/block/${device}/device`) || !host.exists(`sys/dev/block/${device}`);

/** Only disks: what a volume on top of them (LVM, RAID, loop) moves is counted where it ends. */
function* diskParts(devices: ReadonlyMap<string, DeviceBytes>, host: NodeView): Iterable<[string, Counts]> {
  yield [ITSELF, [0, 0]];
  for (const [device, { read, write }] of devices) if (isDisk(device, host)) yield [device, [read, write]];
}

function* onePart(value: number): Iterable<[string, Counts]> {
  yield [ITSELF, [value]];
}

function define<T>(spec: Figure<T>): Figure<unknown> {
  return spec as Figure<unknown>;
}

const FIGURES: readonly Figure<unknown>[] = [
  define<number>({
    controller: 'cpu',
    read: throttledSeconds,
    parts: onePart,
    samples: ([seconds = 0], labels) => [sample(cgroupMetrics.throttled, seconds, labels)],
  }),
  define<number>({
    controller: 'cpuUsage',
    read: cpuSeconds,
    parts: onePart,
    samples: ([seconds = 0], labels) => [sample(cgroupMetrics.cpu, seconds, labels)],
  }),
  define<number>({
    controller: 'memory',
    read: workingSetBytes,
    samples: ([bytes = 0], labels) => [sample(cgroupMetrics.memory, bytes, labels)],
  }),
  define<Map<string, DeviceBytes>>({
    controller: 'io',
    read: deviceBytes,
    parts: diskParts,
    samples: ([read = 0, write = 0], labels) => [
      sample(cgroupMetrics.disk, read, { direction: 'read', ...labels }),
      sample(cgroupMetrics.disk, write, { direction: 'write', ...labels }),
    ],
  }),
];

function mountOf({ hierarchies, mounted }: State, controller: Controller): Mounted | undefined {
  const known = mounted.get(controller);
  if (known !== undefined || hierarchies === undefined) return known;
  const found = findController(hierarchies, controller);
  if (found !== undefined) mounted.set(controller, found);
  return found;
}

function treeAt({ trees, host }: Scrape, { folder }: Mounted): ContainerTree {
  const known = trees.get(folder) ?? new ContainerTree(folder, isNestedNode(host.locate('proc/')));
  trees.set(folder, known);
  return known;
}

/** What a scrape has for a figure. */
interface Scrape extends State {
  readonly host: NodeView;
  readonly reading: Reading;
  /** The labels of a container, the same object for the same labels. */
  readonly labels: (place: Place) => Labels;
}

/** Looks names up once for each container, of which every hierarchy has a place of its own. */
function labelling(host: NodeView): (place: Place) => Labels {
  const byId = new Map<string, Labels>();
  const byKey = new Map<string, Labels>();
  return (place) => {
    const id = `${place.podUid} ${place.containerId}`;
    let labels = byId.get(id);
    if (labels === undefined) {
      const own = containerLabels(place, host.names);
      const key = containerKey(own);
      labels = byKey.get(key) ?? own;
      byKey.set(key, labels);
      byId.set(id, labels);
    }
    return labels;
  };
}

interface Found {
  readonly path: string;
  readonly place: Place;
  readonly value: unknown;
}

/** What the containers have of a figure, and what is wrong; `isOld` when one of them turned out to be gone. */
function readAll({ reading }: Scrape, mounted: Mounted, tree: ContainerTree, { read }: Figure<unknown>) {
  let counts: boolean | undefined;
  const machineCounts = () => {
    counts ??= countsDisks(reading.of(mounted.folder));
    return counts;
  };
  const found: Found[] = [];
  const errors = new Map<string, SourceError>();
  const unread: string[] = [];
  let isOld = false;
  for (const [path, place] of reading.containers(tree)) {
    try {
      const value = read[mounted.version](reading.of(`${mounted.folder}${path}`), machineCounts);
      if (value !== undefined) found.push({ path, place, value });
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (error.code !== 'absent') {
        errors.set(error.path, error);
        unread.push(path);
      } else if (reading.missed(tree, path)) isOld = true;
    }
  }
  return { found, unread, errors: [...errors.values()], isOld };
}

/** One figure of all containers; one that is gone, or has no such figure, is left out. */
function extractFigure(scrape: Scrape, figure: Figure<unknown>): Extraction {
  const mounted = mountOf(scrape, figure.controller);
  if (mounted === undefined) {
    const message = `sys/fs/cgroup: no hierarchy for ${figure.controller}`;
    return { samples: [], errors: [new SourceError('absent', 'sys/fs/cgroup', message)] };
  }
  const tree = treeAt(scrape, mounted);
  const first = readAll(scrape, mounted, tree, figure);
  // Where one ended, its successor may stand unseen.
  const { found, unread, errors } = first.isOld ? readAll(scrape, mounted, tree, figure) : first;
  const labelled = groupBy(found, ({ place }) => scrape.labels(place));
  const counts = countsOf(scrape, figure, labelled, unread);
  const samples: Sample[] = [];
  for (const labels of labelled.keys()) samples.push(...figure.samples(counts(labels), labels));
  return { samples, errors };
}

/** What the containers of the same names have in all. */
function countsOf(
  { sums, host }: Scrape,
  figure: Figure<unknown>,
  labelled: ReadonlyMap<Labels, readonly Found[]>,
  unread: readonly string[],
): (labels: Labels) => Counts {
  const { parts } = figure;
  if (parts === undefined)
    return (labels) => [(labelled.get(labels) ?? []).reduce((sum, { value }) => sum + Number(value), 0)];
  const counters = sums.get(figure) ?? new SummedCounters();
  sums.set(figure, counters);
  const read = new Map<string, Part>();
  const owners = new Map<Labels, string>();
  for (const [labels, members] of labelled) {
    const owner = containerKey(labels);
    owners.set(labels, owner);
    for (const { path, value } of members)
      for (const [part, counts] of parts(value, host)) read.set(`${path} ${part}`, { owner, counts });
  }
  const kept = unread.flatMap((path) => counters.namesBeginningWith(`${path} `));
  const totals = counters.advance(read, kept);
  return (labels) => totals.get(owners.get(labels) ?? '') ?? [];
}

/**
 * What containers use: CPU time, time lost to their CPU limit, memory, and disk.
 *
 * Source: the cgroups of containers under /sys/fs/cgroup, v2 (Linux 4.15 or newer), v1, or both side by side. They
 * are found by their names, so that this needs no sight of processes. Figures of a container include what is
 * nested in it; what it did on a disk that is detached stays with it.
 */
export const cgroup: Extractor<State> = {
  name: 'cgroup',
  metrics: cgroupMetrics,
  open: () => ({ hierarchies: undefined, mounted: new Map(), trees: new Map(), sums: new Map() }),
  extract(host, state) {
    state.hierarchies ??= new Hierarchies(host.locate('sys/'));
    const scrape = { ...state, host, reading: new Reading(host.readPiece), labels: labelling(host) };
    const figures = FIGURES.map((figure) => extractFigure(scrape, figure));
    return {
      samples: figures.flatMap(({ samples }) => samples),
      errors: [
        ...figures.flatMap(({ errors }) => errors),
        ...scrape.reading.errors((device) => isDisk(device, host)),
      ],
    };
  },
};
