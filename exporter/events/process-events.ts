import type { ContainerNames } from '../containers/names.ts';
import { type Place, placeOf } from '../containers/place.ts';
import { SourceError } from '../errors.ts';
import type { TraceEvent } from '../tracing/events.ts';
import type { OpenedSource } from '../tracing/open-source.ts';
import type { ExecStats } from '../tracing/source.ts';

/** Where the process of an event was. */
interface Location {
  readonly cgroup: string;
  /** The container or pod; undefined: the host. */
  readonly place: Place | undefined;
}

type Kind = TraceEvent['kind'];
type EventOf<K extends Kind> = Extract<TraceEvent, { kind: K }>;
type Listener<K extends Kind> = (event: EventOf<K>, where: Location | undefined) => void;

/** So often events are handed on when nobody scrapes: what the source keeps for its reader is bounded. */
const PUMP_MS = 1_000;
const MAX_KNOWN_PATHS = 4_096;

/** What happens in the processes of this node, read once and handed to everyone who counts it. */
export class ProcessEvents {
  /** Why `/proc` is polled; undefined when the kernel's trace is read. */
  readonly polledBecause: SourceError | undefined;
  /** Who knows the containers by name, at the moment of an event. */
  readonly names: ContainerNames;
  readonly #source: OpenedSource['source'];
  readonly #listeners: { readonly [K in Kind]: Listener<K>[] } = { exec: [], connect: [], oom: [] };
  readonly #places = new Map<string, Place | undefined>();
  readonly #timer: NodeJS.Timeout;
  #error: SourceError | undefined;

  constructor({ source, polledBecause }: OpenedSource, names: ContainerNames) {
    this.#source = source;
    this.polledBecause = polledBecause;
    this.names = names;
    this.#timer = setInterval(() => this.pump(), PUMP_MS).unref();
  }

  /** Hands every event of a kind to the listener, in the order of time. */
  on<K extends Kind>(kind: K, listener: Listener<K>): void {
    this.#listeners[kind].push(listener);
  }

  /** Hands on what has happened since the last time. */
  pump(): void {
    try {
      for (const event of this.#source.drain()) this.#dispatch(event);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#error = error;
    }
  }

  /** What went wrong since the last call, once. */
  takeError(): SourceError | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  stats(): ExecStats {
    return this.#source.stats();
  }

  close(): void {
    clearInterval(this.#timer);
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
    return { cgroup: cgroup.path, place: this.#placeOf(cgroup.path) };
  }

  #placeOf(path: string): Place | undefined {
    if (this.#places.has(path)) return this.#places.get(path);
    if (this.#places.size >= MAX_KNOWN_PATHS) this.#places.clear();
    const place = placeOf(path);
    this.#places.set(path, place);
    return place;
  }
}
