import { eachLine, Unread } from '../base/lines.ts';

/** Where a process is in one hierarchy: a line of `/proc/<pid>/cgroup`. */
export interface Membership {
  /** Number of the hierarchy; 0 is version 2. */
  readonly id: number;
  /** What the kernel lists together: `cpu,cpuacct`, `memory`, `name=systemd`; empty for version 2. */
  readonly controllers: string;
  readonly path: string;
}

const LINE = /^(\d+):([^:]*):(\/.*)$/s;

/**
 * Parses `/proc/<pid>/cgroup`.
 *
 *     4:memory:/kubepods/burstable/pod6f0f6f0a-…/0123…
 *     1:name=systemd:/kubepods/…
 *     0::/system.slice/containerd.service
 *
 * A path holds anything but a newline, which the kernel refuses in a cgroup's name since 3.17: before, the rest of such a
 * name is a line of its own. No place is lost with it.
 *
 * @see https://man7.org/linux/man-pages/man7/cgroups.7.html
 * @throws {SourceError} `malformed` when no line has that form
 */
export function parseMemberships(text: string, path: string): Membership[] {
  const lines: Membership[] = [];
  eachLine(text, 0, 'lines "<id>:<controllers>:<path>"', new Unread(path), (line) => {
    const [, id = '', controllers = '', cgroup] = LINE.exec(line) ?? [];
    if (cgroup === undefined) return false;
    lines.push({ id: Number(id), controllers, path: cgroup });
    return true;
  });
  return lines;
}

/**
 * The path of one hierarchy in a text of `/proc/<pid>/cgroup`, without parsing the others: this is asked for each process that an
 * event's cgroup is looked up of.
 *
 * @returns undefined where the hierarchy is not listed
 */
export function pathIn(text: string, { id, controllers }: Omit<Membership, 'path'>): string | undefined {
  const prefix = `${id}:${controllers}:`;
  const begin = text.startsWith(prefix) ? 0 : text.indexOf(`\n${prefix}`) + 1;
  if (begin === 0 && !text.startsWith(prefix)) return undefined;
  const end = text.indexOf('\n', begin);
  return text.slice(begin + prefix.length, end < 0 ? undefined : end);
}
