import type { Readable } from 'node:stream';

/** The bytes of an answer as they come. */
export interface AnswerBody extends AsyncIterable<Buffer> {
  /** Closes the connection when there is more to come that nobody wants. */
  destroy(): unknown;
}

/**
 * A body that breaks when no byte comes for a while. The HTTP client's own timeout ends with the answer's headers. Only
 * waiting counts: a reader that takes its time between two pieces does not.
 */
export function endingWhenSilent(body: Readable, timeoutMs: number): AnswerBody {
  async function* pieces(): AsyncGenerator<Buffer, void, void> {
    const iterator = body[Symbol.asyncIterator]();
    let waiting = false;
    const breakOff = () => {
      if (waiting) body.destroy(new Error(`nothing came for ${timeoutMs / 1000} s`));
    };
    try {
      for (;;) {
        waiting = true;
        // Bytes may have come while this process was busy: they are looked for before it gives up.
        const timer = setTimeout(() => setImmediate(breakOff), timeoutMs);
        let result: IteratorResult<Buffer>;
        try {
          result = await iterator.next();
        } finally {
          waiting = false;
          clearTimeout(timer);
        }
        if (result.done) return;
        yield result.value;
      }
    } finally {
      body.destroy();
    }
  }
  return { [Symbol.asyncIterator]: pieces, destroy: () => body.destroy() };
}
