import { join } from 'node:path';
import { SourceError } from '../base/errors.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { parseFlatKeyed } from '../parsers/cgroup-stat.ts';
import { findController, type Mounted } from './controllers.ts';
import { Hierarchies } from './hierarchy.ts';
import { isNestedNode } from './node.ts';
import { type Place, placeOf } from './place.ts';
import { ContainerTree } from './tree.ts';

/** Linux 4.13 or newer; with what is nested in the cgroup in version 2 only. */
const FILES = { 1: 'memory.oom_control', 2: 'memory.events' } as const;

/** Kills that were not there at the look before. */
interface Kills {
  readonly place: Place;
  readonly count: number;
}

/** What a look at all containers found. */
export interface OomLook {
  readonly kills: readonly Kills[];
  /** The containers that tell. */
  readonly places: readonly Place[];
  readonly errors: readonly SourceError[];
}

/** A pod's count since the first look, and how much of it somebody is named for. */
interface PodCount {
  readonly base: number;
  attributed: number;
}

/**
 * Out-of-memory kills from the cgroups' own counts, for want of the kernel's trace: one look a scrape.
 *
 * A container's count dies with its cgroup, at once if it was its only process that was killed. In version 2 the pod's count has
 * it still: what no container of the pod accounts for is the pod's. In version 1 it is lost.
 */
export class CgroupOomKills {
  readonly #hierarchies: Hierarchies;
  readonly #isNested: boolean;
  #mounted: Mounted | undefined;
  #tree: ContainerTree | undefined;
  /**
   * By path; undefined before the first look, which tells what is of old, and for a container that could not be read
   * then.
   */
  #counts: ReadonlyMap<string, number | undefined> | undefined;
  #pods: ReadonlyMap<string, PodCount> = new Map();

  /** @param paths where the host's procfs and sysfs are mounted */
  constructor({ procfs, sysfs }: { readonly procfs: string; readonly sysfs: string }) {
    this.#hierarchies = new Hierarchies(sysfs);
    this.#isNested = isNestedNode(procfs);
  }

  /** Without the memory controller there is nothing, and `absent` among the errors. */
  look(): OomLook {
    this.#mounted ??= findController(this.#hierarchies, 'memory');
    if (this.#mounted === undefined) {
      const error = new SourceError('absent', 'sys/fs/cgroup', 'sys/fs/cgroup: no hierarchy for memory');
      return { kills: [], places: [], errors: [error] };
    }
    const { version, folder } = this.#mounted;
    this.#tree ??= new ContainerTree(folder, this.#isNested);
    const containers = this.#tree.containers();
    const errors = new Map<string, SourceError>();
    const read = (path: string) => this.#read(path, version, folder, errors);
    // Before their containers: what these have by then is not taken for the pod's own.
    const pods = version === 2 ? this.#podCounts(containers, read) : new Map<string, number>();
    const counts = new Map<string, number | undefined>();
    const kills: Kills[] = [];
    const places: Place[] = [];
    const isFirst = this.#counts === undefined;
    const since = new Map(this.#pods);
    for (const [path, count] of pods) {
      if (!since.has(path)) since.set(path, { base: isFirst ? count : 0, attributed: 0 });
    }
    for (const [path, place] of containers) {
      const count = read(path);
      const isKnown = isFirst || this.#counts?.has(path) === true;
      if (count === undefined) {
        // What it had must not count once more when it can be read again.
        if (isKnown) counts.set(path, this.#counts?.get(path));
        continue;
      }
      counts.set(path, count);
      places.push(place);
      const before = isKnown ? (this.#counts?.get(path) ?? count) : 0;
      const grown = Math.max(0, count - before);
      const pod = since.get(podPath(path));
      if (pod !== undefined) pod.attributed += grown;
      if (grown > 0) kills.push({ place, count: grown });
    }
    for (const [path, count] of pods) {
      const [pod, place] = [since.get(path), placeOf(path, this.#isNested)];
      const left = pod === undefined ? 0 : count - pod.base - pod.attributed;
      if (pod === undefined || place === undefined || left <= 0) continue;
      pod.attributed += left;
      kills.push({ place, count: left });
    }
    this.#counts = counts;
    this.#pods = new Map([...since].filter(([path]) => pods.has(path)));
    return { kills, places, errors: [...errors.values()] };
  }

  #podCounts(containers: ReadonlyMap<string, Place>, read: (path: string) => number | undefined) {
    const paths = [...containers].flatMap(([path, { podUid }]) =>
      podUid === undefined ? [] : [podPath(path)],
    );
    // A pod whose last container has just gone tells for the last time.
    const counts = [...new Set([...paths, ...this.#pods.keys()])].map((path) => [path, read(path)] as const);
    return new Map(counts.flatMap(([path, count]) => (count === undefined ? [] : [[path, count] as const])));
  }

  #read(path: string, version: 1 | 2, folder: string, errors: Map<string, SourceError>): number | undefined {
    const name = `sys/fs/cgroup/<container>/${FILES[version]}`;
    try {
      const text = readSmall(join(folder, path, FILES[version]), name).toString('latin1');
      return parseFlatKeyed(text, name, 'oom_kill');
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (error.code !== 'absent') errors.set(error.path, error);
      else this.#tree?.missed(path);
      return undefined;
    }
  }
}

const podPath = (container: string) => container.slice(0, container.lastIndexOf('/'));
