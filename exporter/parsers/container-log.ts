/** A line that a container runtime wrote, or a part of one. */
export interface ContainerLogLine {
  readonly stream: string;
  readonly text: string;
  /** When the runtime read it, as it wrote that down. */
  readonly time: string;
  /** Whether the container's line goes on with the next one of the same stream. */
  readonly partial: boolean;
}

/** RFC 3339 time, stream, tags, text: containerd and CRI-O. */
const CRI = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([A-Z:]+) (.*)$/s;

interface DockerLine {
  readonly log?: unknown;
  readonly stream?: unknown;
  readonly time?: unknown;
}

/** What the runtime writes never begins with `{` in the other format. */
function parseDocker(line: string): ContainerLogLine | undefined {
  let record: DockerLine;
  try {
    record = JSON.parse(line) as DockerLine;
  } catch {
    return undefined; // cut off at the most that is kept of a line
  }
  const { log, stream, time } = record;
  if (typeof log !== 'string' || typeof stream !== 'string') return undefined;
  const complete = log.endsWith('\n');
  const text = complete ? log.slice(0, -1) : log;
  return { stream, text, time: typeof time === 'string' ? time : '', partial: !complete };
}

/**
 * Parses one line of a container's log file, as containerd and CRI-O write it, or Docker's json-file driver.
 *
 *     2026-11-23T14:00:00.123456789Z stdout F message
 *     {"log":"message\n","stream":"stdout","time":"2026-11-23T14:00:00.123456789Z"}
 *
 * @see https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 * @returns undefined when it is neither
 */
export function parseContainerLog(line: string): ContainerLogLine | undefined {
  if (line.startsWith('{')) return parseDocker(line);
  const [, time, stream, tags, text] = CRI.exec(line) ?? [];
  if (time === undefined || stream === undefined || tags === undefined || text === undefined)
    return undefined;
  return { stream, text, time, partial: tags.split(':').includes('P') };
}
