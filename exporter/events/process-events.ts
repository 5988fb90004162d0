import { SourceError } from '../base/errors.ts';
import { type Place, placeOf } from '../cgroups/place.ts';
import type { ContainerNames } from '../owners/names.ts';
import type { Injection } from '../trace/descent/program.ts';
import type { TraceEvent } from '../trace/events/events.ts';
import type { EventListener, ExecStats } from '../trace/events/source.ts';
import type { Launch } from '../trace/launches/launch.ts';
import type { OpenedSource } from '../trace/open-source.ts';

/** Where the process of an event was. */
export interface Location {
  readonly cgroup: string;
  /** The container or pod; undefined: the host. */
  readonly place: Place | undefined;
}

type Kind = TraceEvent['kind'];
const KINDS: readonly Kind[] = ['exec', 'connect', 'oom'];
type EventOf<K extends Kind> = Extract<TraceEvent, { kind: K }>;
type Listener<K extends Kind> = (event: EventOf<K>, where: Location | undefined) => void;

const MAX_KNOWN_CGROUPS = 4_096;

/** What happens in the processes of this node, read once and handed to everyone who counts it. */
export class ProcessEvents {
  /** Why `/proc` is polled; undefined when the kernel's trace is read. */
  readonly polledBecause: SourceError | undefined;
  /** Who knows the containers by name, at the moment of an event. */
  readonly names: ContainerNames;
  readonly #source: OpenedSource['source'];
  readonly #isNested: boolean;
  readonly #listeners: { readonly [K in Kind]: Listener<K>[] } = { exec: [], connect: [], oom: [] };
  /** By the cgroup's path: one object each, as thousands of events come from the same few. */
  readonly #locations = new Map<string, Location>();
  /** What went wrong, for each kind until whoever counts it has taken it. */
  readonly #errors = new Map<Kind, SourceError>();

  /**
   * @param open opens a source that hands its events to the listener
   * @param isNested whether this node is a container itself
   * @throws {SourceError} what `open` does
   */
  constructor(open: (listener: EventListener) => OpenedSource, names: ContainerNames, isNested = false) {
    this.#isNested = isNested;
    this.names = names;
    const { source, polledBecause } = open((event) => this.#dispatch(event));
    this.#source = source;
    this.polledBecause = polledBecause;
  }

  /** Hands every event of a kind to the listener. */
  on<K extends Kind>(kind: K, listener: Listener<K>): void {
    this.#listeners[kind].push(listener);
  }

  /** Whether events of the kind are seen at all. */
  sees(kind: Kind): boolean {
    return !this.#source.unseen.has(kind);
  }

  /** Has the source hand on what has happened up to now. */
  pump(): void {
    try {
      this.#source.drain();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      for (const kind of KINDS) this.#errors.set(kind, error);
    }
  }

  /** What makes the count of these events less than the truth, since the last call for the kind. */
  takeErrors(kind: Kind): SourceError[] {
    const error = this.#errors.get(kind);
    this.#errors.delete(kind);
    return [this.polledBecause, error].filter((one) => one !== undefined);
  }

  /** What a runtime was told to start; undefined when nobody saw that. */
  launchOf(injection: Injection): Promise<Launch | undefined> {
    return this.#source.launchOf(injection);
  }

  stats(): ExecStats {
    return this.#source.stats();
  }

  close(): void {
    this.#source.close();
  }

  #dispatch(event: TraceEvent): void {
    const where = this.#locate(event);
    switch (event.kind) {
      case 'exec':
        for (const listener of this.#listeners.exec) listener(event, where);
        return;
      case 'connect':
        for (const listener of this.#listeners.connect) listener(event, where);
        return;
      case 'oom':
        for (const listener of this.#listeners.oom) listener(event, where);
        return;
    }
  }

  #locate({ cgroup }: TraceEvent): Location | undefined {
    if (cgroup === undefined) return undefined;
    const { path } = cgroup;
    const known = this.#locations.get(path);
    if (known !== undefined) return known;
    if (this.#locations.size >= MAX_KNOWN_CGROUPS) this.#locations.clear();
    const location = { cgroup: path, place: placeOf(path, this.#isNested) };
    this.#locations.set(path, location);
    return location;
  }
}
