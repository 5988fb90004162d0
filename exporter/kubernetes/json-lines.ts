import { KubernetesError } from './errors.ts';

/** etcd holds objects of 1.5 MB; as JSON they may be some times that. */
const MAX_LINE_BYTES = 16 << 20;
const NEWLINE = 0x0a;

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KubernetesError('malformed', `the watch sent a line that is no JSON: ${reason}`, { cause });
  }
}

/**
 * The JSON values of a stream with one on each line, however it is cut into chunks. A last line without its end is
 * one that broke off, and is dropped: whoever goes on from the value before gets it again.
 *
 * @throws {KubernetesError} `malformed`: a line that is no JSON, or a very long one
 */
export async function* readJsonLines(stream: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...pending, chunk.subarray(start, end)]);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.length > 0) yield parse(line);
    }
    const rest = chunk.subarray(start);
    pendingBytes += rest.length;
    if (pendingBytes > MAX_LINE_BYTES)
      throw new KubernetesError('malformed', 'the watch sent an endless line');
    if (rest.length > 0) pending.push(rest);
  }
}
