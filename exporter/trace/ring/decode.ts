import { malformed } from '../../base/errors.ts';
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
  /** For TCP, by listen(2). */
  listening(timeNs: number, pid: number): void;
  oom(timeNs: number, pid: number): void;
}

/** Decodes the record of one kind at which the cursor stands; its page is overwritten by the next read. */
type Decode = (cursor: PageCursor) => void;

type Binder = (layout: RecordLayout, sink: RecordSink) => Decode;

const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
/** Of include/net/tcp_states.h. */
const TCP_LISTEN = 10;

const bindNewTask: Binder = (layout, sink) => {
  const parent = layout.offset('common_pid', 4);
  const child = layout.offset('pid', 4);
  const long = layout.has('clone_flags', 8);
  const flags = layout.offset('clone_flags', long ? 8 : 4);
  return ({ view, start, time }) => {
    const high = long ? view.getUint32(start + flags + 4, true) * 2 ** 32 : 0;
    const low = view.getUint32(start + flags, true);
    sink.newTask(time, view.getInt32(start + parent, true), view.getInt32(start + child, true), high + low);
  };
};

const bindAttach: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  const wide = layout.has('dst_id', 8);
  const id = layout.offset('dst_id', wide ? 8 : 4);
  const path: TextReader = layout.text('dst_path');
  return (cursor) => {
    const { view, start } = cursor;
    const high = wide ? view.getUint32(start + id + 4, true) * 2 ** 32 : 0;
    const inode = view.getUint32(start + id, true) + high;
    sink.attach(view.getInt32(start + pid, true), wide ? inode : undefined, () => path(cursor));
  };
};

const bindExit: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  return ({ view, start }) => sink.exit(view.getInt32(start + pid, true));
};

const bindExec: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  const oldPid = layout.offset('old_pid', 4);
  const filename: TextReader = layout.text('filename');
  return (cursor) => {
    const { view, start, time } = cursor;
    sink.exec(time, view.getInt32(start + pid, true), view.getInt32(start + oldPid, true), filename(cursor));
  };
};

/** Records of a socket that came to be in SYN_SENT or LISTEN. */
const bindSocketState: Binder = (layout, sink) => {
  const pid = layout.offset('common_pid', 4);
  const state = layout.offset('newstate', 4);
  const port = layout.offset('dport', 2);
  const family = layout.offset('family', 2);
  const wide = layout.has('protocol', 2); // one byte before Linux 5.6
  const protocol = layout.offset('protocol', wide ? 2 : 1);
  const ipv4 = layout.offset('daddr', 4);
  const ipv6 = layout.offset('daddr_v6', 16);
  return ({ page, view, start, time }) => {
    // A multipath connection also connects each of its TCP flows.
    const by = wide ? view.getUint16(start + protocol, true) : view.getUint8(start + protocol);
    if (by !== IPPROTO_TCP) return;
    const kind = view.getUint16(start + family, true);
    if (kind !== AF_INET && kind !== AF_INET6) return;
    if (view.getInt32(start + state, true) === TCP_LISTEN) {
      sink.listening(time, view.getInt32(start + pid, true));
      return;
    }
    const [at, bytes] = kind === AF_INET ? [start + ipv4, 4] : [start + ipv6, 16];
    const address = page.subarray(at, at + bytes);
    sink.connect(time, view.getInt32(start + pid, true), address, view.getUint16(start + port, true));
  };
};

const bindOom: Binder = (layout, sink) => {
  const pid = layout.offset('pid', 4);
  return ({ view, start, time }) => sink.oom(time, view.getInt32(start + pid, true));
};

/** The events read, by the names of tracefs. */
const BINDERS = {
  'task/task_newtask': bindNewTask,
  'cgroup/cgroup_attach_task': bindAttach,
  'sched/sched_process_exit': bindExit,
  'sched/sched_process_exec': bindExec,
  'sock/inet_sock_set_state': bindSocketState,
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
    const { view, start, length } = cursor;
    if (length < 2) throw malformed('trace_pipe_raw', 'a record with its type', `${length} bytes`);
    const known = this.#decoders[view.getUint16(start, true)];
    if (known === undefined) return;
    if (length < known.bytes) throw malformed(known.name, `${known.bytes} bytes`, `${length} bytes`);
    known.decode(cursor);
  }
}
