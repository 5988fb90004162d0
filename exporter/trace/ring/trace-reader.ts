import { SourceError } from '../../base/errors.ts';
import { CpuStream } from './cpu-stream.ts';
import { Decoder, type RecordSink, type TracedEvent } from './decode.ts';
import type { PageLayout } from './format.ts';
import type { TraceInstance } from './instance.ts';
import { mergeInOrder } from './merge.ts';
import { onlineCpus } from './online-cpus.ts';

/** A record may become readable this much after one with a later time on another CPU. */
const HOLD_BACK_NS = 2e6;

/** A loss leaves a gap at least a whole buffer ahead of what is read next, so asking four times per buffer sees it in time. */
const CHECKS_PER_BUFFER = 4;

/** Time on the clock of the trace, CLOCK_MONOTONIC, in nanoseconds. */
export function monotonicNs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}

/** Events to record, each with the filter that the kernel shall apply; `optional` ones may be missing in this kernel. */
export interface Subscription {
  readonly event: TracedEvent;
  readonly filter?: string;
  readonly optional?: boolean;
}

/** What the reader needs of a {@link TraceInstance}, which is its own from then on. */
type Instance = Pick<TraceInstance, 'path' | 'layout' | 'format' | 'enable' | 'restore' | 'close'>;

/** Reads the records of all CPUs of an instance in time order. */
export class TraceReader {
  /** Records that the kernel could not store, as far as found out. */
  lost = 0;
  /** Events that this kernel does not have. */
  readonly missing: TracedEvent[] = [];
  readonly #instance: Instance;
  readonly #sysfs: string;
  readonly #layout: PageLayout;
  readonly #decoder: Decoder;
  readonly #onLoss: () => void;
  readonly #streams: CpuStream[] = [];
  readonly #opened = new Set<number>();
  readonly #losses = new Map<CpuStream, number>();
  readonly #pagesPerBuffer: number;

  /**
   * Opens every CPU's buffer and starts recording, in the order of `subscriptions`; closes the instance when it cannot.
   *
   * @param onLoss called when records were lost, before any record that follows the gap
   * @throws {SourceError} when a buffer or a needed event cannot be had
   */
  constructor(
    instance: Instance,
    options: { readonly sysfs: string; readonly bufferKb: number },
    subscriptions: readonly Subscription[],
    sink: RecordSink,
    onLoss: () => void,
  ) {
    this.#sysfs = options.sysfs;
    this.#onLoss = onLoss;
    this.#decoder = new Decoder(sink);
    this.#instance = instance;
    try {
      this.#layout = this.#instance.layout();
      this.#pagesPerBuffer = Math.max(1, (options.bufferKb * 1024) / this.#layout.pageBytes);
      this.#openOnline();
      for (const subscription of subscriptions) this.#subscribe(subscription);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Gives the sink every record that is at least 2 ms old.
   *
   * @returns how full the fullest buffer was, as a share of it; more than 1 when it was refilled meanwhile
   * @throws {SourceError} when a buffer cannot be read; the next drain goes on after what could not
   */
  drain(): number {
    const nowNs = monotonicNs();
    // After the time was taken: whatever a CPU records that is not online yet lies beyond the horizon of this reading.
    this.#openOnline();
    const before = this.#streams.map(({ pages }) => pages);
    const ready = this.#streams.filter((stream) => stream.ready());
    let failure: unknown;
    mergeInOrder(ready, nowNs - HOLD_BACK_NS, ({ cursor }) => {
      try {
        this.#decoder.decode(cursor);
      } catch (error) {
        failure ??= error; // one bad record must not hold up those after it
      }
    });
    if (failure !== undefined) throw failure;
    const pages = Math.max(...this.#streams.map((stream, i) => stream.pages - (before[i] ?? 0)));
    return pages / this.#pagesPerBuffer;
  }

  /** As {@link TraceInstance.restore}; what happened while something was off is a gap. */
  restore(): string[] {
    const off = this.#instance.restore();
    if (off.length > 0) this.#onLoss();
    return off;
  }

  close(): void {
    for (const stream of this.#streams.splice(0)) stream.close();
    this.#instance.close();
  }

  #subscribe({ event, filter, optional = false }: Subscription): void {
    try {
      this.#decoder.bind(event, this.#instance.format(event));
      this.#instance.enable(event, filter);
    } catch (error) {
      if (!optional || !(error instanceof SourceError) || error.code !== 'absent') throw error;
      this.missing.push(event);
    }
  }

  /**
   * Opens the buffers of CPUs that have come online. One that went offline stays: what it recorded is read yet. Were one
   * left out, a process moved there would be counted in the cgroup that it was in before.
   */
  #openOnline(): void {
    for (const cpu of onlineCpus(this.#sysfs)) {
      if (this.#opened.has(cpu)) continue;
      this.#streams.push(
        new CpuStream(this.#instance.path, cpu, this.#layout, (stream) => this.#checkLosses(stream)),
      );
      this.#opened.add(cpu);
    }
  }

  /** In mode nooverwrite no page tells of a loss, only the CPU's statistics do. */
  #checkLosses(stream: CpuStream): void {
    const { missed } = stream.cursor;
    const every = Math.max(1, Math.floor(this.#pagesPerBuffer / CHECKS_PER_BUFFER));
    if (missed === 0 && stream.pages % every !== 0) return;
    const losses = stream.losses();
    const lost = losses - (this.#losses.get(stream) ?? 0);
    this.#losses.set(stream, losses);
    if (lost === 0 && missed === 0) return;
    this.lost += lost;
    this.#onLoss();
  }
}
