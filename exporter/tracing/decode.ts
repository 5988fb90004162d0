import { malformed } from '../errors.ts';
import type { EventFormat } from './format.ts';
import type { PageCursor } from './page.ts';
import { RecordLayout, type TextReader } from './records.ts';

/** What the kernel's records say, one call for each in time order. */
export interface RecordSink {
  newTask(timeNs: number, parent: number, child: number, flags: number): void;
  /** `id` is undefined before Linux 5.5, where it is not the directory's inode number. */
  attach(pid: number, id: number | undefined, path: () => string): void;
  exit(pid: number): void;
  exec(timeNs: number, pid: number, oldPid: number, path: string): void;
  connect(timeNs: number, pid: number, address: Buffer, port: number): void;
  oom(timeNs: number, pid: number): void;
}

/** Decodes one kind of record; the page is overwritten by the next read. */
type Decode = (page: Buffer, start: number, timeNs: number, length: number) => void;

type Binder = (layout: RecordLayout, sink: RecordSink) => Decode;

const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;

const bindNewTask: Binder = (layout, sink) => {
  const parent = layout.offset('common_pid', 4);
  const child = layout.offset('pid', 4);
  const long = layout.has('clone_flags', 8);
  const flags = layout.offset('clone_flags', long ? 8 : 4);
  return (page, start, timeNs) => {
    const high = long ? page.readUInt32LE(start + flags + 4) * 2 ** 32 : 0;
    const low = page.readUInt32LE(start + flags);
    sink.newTask(timeNs, page.readInt32LE(start + parent), page.readInt32LE(start + child), high + low);
  };
};

const bindAttach: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  const wide = layout.has('dst_id', 8);
  const id = layout.offset('dst_id', wide ? 8 : 4);
  const path: TextReader = layout.text('dst_path');
  return (page, start, _timeNs, length) => {
    const inode = page.readUInt32LE(start + id) + (wide ? page.readUInt32LE(start + id + 4) * 2 ** 32 : 0);
    sink.attach(page.readInt32LE(start + pid), wide ? inode : undefined, () => path(page, start, length));
  };
};

const bindExit: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  return (page, start) => sink.exit(page.readInt32LE(start + pid));
};

const bindExec: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  const oldPid = layout.offset('old_pid', 4);
  const filename: TextReader = layout.text('filename');
  return (page, start, timeNs, length) => {
    const path = filename(page, start, length);
    sink.exec(timeNs, page.readInt32LE(start + pid), page.readInt32LE(start + oldPid), path);
  };
};

const bindConnect: Binder = (layout, sink) => {
  const pid = layout.offset('common_pid', 4);
  const port = layout.offset('dport', 2);
  const family = layout.offset('family', 2);
  const wide = layout.has('protocol', 2); // one byte before Linux 5.6
  const protocol = layout.offset('protocol', wide ? 2 : 1);
  const ipv4 = layout.offset('daddr', 4);
  const ipv6 = layout.offset('daddr_v6', 16);
  return (page, start, timeNs) => {
    // A multipath connection also connects each of its TCP flows.
    if ((wide ? page.readUInt16LE(start + protocol) : page[start + protocol]) !== IPPROTO_TCP) return;
    const kind = page.readUInt16LE(start + family);
    if (kind !== AF_INET && kind !== AF_INET6) return;
    const [at, bytes] = kind === AF_INET ? [start + ipv4, 4] : [start + ipv6, 16];
    const address = page.subarray(at, at + bytes);
    sink.connect(timeNs, page.readInt32LE(start + pid), address, page.readUInt16LE(start + port));
  };
};

const bindOom: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  return (page, start, timeNs) => sink.oom(timeNs, page.readInt32LE(start + pid));
};

/** The events read, by the names of tracefs. */
const BINDERS = {
  'task/task_newtask': bindNewTask,
  'cgroup/cgroup_attach_task': bindAttach,
  'sched/sched_process_exit': bindExit,
  'sched/sched_process_exec': bindExec,
  'sock/inet_sock_set_state': bindConnect,
  'oom/mark_victim': bindOom,
} as const satisfies Record<string, Binder>;

export type TracedEvent = keyof typeof BINDERS;

/** Decodes records into calls of a sink, by the formats of this kernel. */
export class Decoder {
  readonly #decoders: (
    | { readonly bytes: number; readonly decode: Decode; readonly name: string }
    | undefined
  )[] = [];
  readonly #sink: RecordSink;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** @throws {SourceError} `malformed` when a field is not what the decoder needs */
  bind(event: TracedEvent, format: EventFormat): void {
    const layout = new RecordLayout(format);
    const decode = BINDERS[event](layout, this.#sink);
    this.#decoders[format.id] = { bytes: layout.bytes, decode, name: event };
  }

  /**
   * Decodes the record at which `cursor` stands; one of another event is passed over.
   *
   * @throws {SourceError} `malformed` when it is too short for its fields
   */
  decode(cursor: PageCursor): void {
    const { page, start, length } = cursor;
    if (length < 2) throw malformed('trace_pipe_raw', 'a record with its type', `${length} bytes`);
    const known = this.#decoders[page.readUInt16LE(start)];
    if (known === undefined) return;
    if (length < known.bytes) throw malformed(known.name, `${known.bytes} bytes`, `${length} bytes`);
    known.decode(page, start, cursor.time, length);
  }
}
