import { malformed } from '../base/errors.ts';

/** What is wanted of `/proc/<pid>/stat`, field by field as in proc_pid_stat(5). */
export interface StatLine {
  /** Field 3, as the code of its letter. */
  state: number;
  /** Field 4, the pid of the parent. */
  parent: number;
  /** Field 9: whether it is a thread of the kernel, which has no executable. */
  kernel: boolean;
  /**
   * Changes when the process runs another program, even one of the same name: a hash of the name, of field 22
   * (start time) and of fields 26–28 (where code and stack lie, which the kernel randomises at every exec).
   */
  identity: number;
  /** Field 22: when it started, in ticks of 1/100 s since boot. */
  startTicks: number;
}

const OPEN_PARENTHESIS = 0x28;
const CLOSE_PARENTHESIS = 0x29;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** A pid, a space, parentheses, and a name: 15 bytes for programs, 64 for the kernel's own workers. */
const LONGEST_PREFIX = 7 + 3 + 64;

/** PF_KTHREAD of include/linux/sched.h. */
const KERNEL_THREAD = 0x200000;

const FIELD_PARENT = 4;
const FIELD_FLAGS = 9;
const FIELD_START_TIME = 22;
const FIELD_START_CODE = 26;
const FIELD_START_STACK = 28;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function notStat(bytes: Buffer, length: number, path: string): Error {
  return malformed(path, '"<pid> (<name>) <state> <numbers>"', bytes.toString('latin1', 0, length));
}

/**
 * Parses `/proc/<pid>/stat` byte by byte into `out`, because this is done for every process at every scrape.
 *
 *     4321 (a) S ) R 1 (x) S 1 4321 4321 0 -1 4194560 …
 *
 * The name is the process's to choose and may hold parentheses, spaces and newlines; nothing after it can hold a
 * closing parenthesis, so the last one within reach of a name ends it.
 *
 * @param bytes the text in its first `length` bytes
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 * @throws {SourceError} `malformed`
 */
export function parseStatLine(bytes: Buffer, length: number, path: string, out: StatLine): void {
  let end = Math.min(length - 1, LONGEST_PREFIX);
  while (end > 0 && bytes[end] !== CLOSE_PARENTHESIS) end--;
  let begin = 0;
  while (begin < end && bytes[begin] !== OPEN_PARENTHESIS) begin++;
  if (end + 3 >= length || begin >= end || bytes[end + 1] !== SPACE || bytes[end + 3] !== SPACE) {
    throw notStat(bytes, length, path);
  }
  let hash = FNV_OFFSET;
  for (let i = begin + 1; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), FNV_PRIME);
  let field = FIELD_PARENT;
  let parent = 0;
  let flags = 0;
  let startTicks = 0;
  for (let i = end + 4; i < length && field <= FIELD_START_STACK; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === SPACE) field++;
    else if (field === FIELD_PARENT && byte >= ZERO && byte <= NINE) parent = parent * 10 + (byte - ZERO);
    else if (field === FIELD_FLAGS && byte >= ZERO && byte <= NINE) flags = flags * 10 + (byte - ZERO);
    else if (field === FIELD_START_TIME || field >= FIELD_START_CODE) {
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      if (field === FIELD_START_TIME && byte >= ZERO && byte <= NINE)
        startTicks = startTicks * 10 + (byte - ZERO);
    }
  }
  if (field <= FIELD_START_TIME) throw notStat(bytes, length, path);
  out.parent = parent;
  out.state = bytes[end + 2] ?? 0;
  out.kernel = (flags & KERNEL_THREAD) !== 0;
  out.identity = hash;
  out.startTicks = startTicks;
}
