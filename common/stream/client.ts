import type { ServerResponse } from 'node:http';
import type { Encoding, PassingRecord } from './encoding.ts';
import type { Position } from './position.ts';
import type { Ring } from './ring.ts';

/** Why a reader's connection ended: it went, it was overtaken by the ring, or it took nothing for too long. */
export type ClientEnd = 'closed' | 'overtaken' | 'stalled';

export interface ClientOptions {
  readonly response: ServerResponse;
  readonly encoding: Encoding;
  readonly ring: Ring;
  /** Where to begin: after this position, which the ring still holds all after. */
  readonly after: Position;
  readonly stallMs: number;
}

/** The most that is handed to a connection before it has taken it: all that is buffered for one reader. */
const CHUNK_CHARACTERS = 65_536;

/**
 * One reader. It has a place in the ring and no queue: a reader that stops reading holds one chunk, and is dropped
 * when the ring has overtaken it or it has taken nothing for a while.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly ended: Promise<ClientEnd>;
  #end: (reason: ClientEnd) => void = () => {};
  #after: Position;
  #stalled: NodeJS.Timeout | undefined;
  #open = true;

  constructor(options: ClientOptions) {
    const { response, encoding, after } = options;
    this.#options = options;
    this.#after = after;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    response.on('drain', () => this.#onDrain());
    response.on('close', () => {
      this.#close('closed');
    });
    // A broken connection also closes.
    response.on('error', () => undefined);
    response.writeHead(200, {
      'Content-Type': encoding.contentType,
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    if (encoding.preamble !== '') this.#write(encoding.preamble);
  }

  /** Sends what is new, as far as the connection takes it. */
  pump(): void {
    const { ring, encoding } = this.#options;
    if (!this.#open) return;
    if (ring.hasLost(this.#after)) {
      this.#drop('overtaken');
      return;
    }
    while (this.#stalled === undefined) {
      const entries = ring.after(this.#after, CHUNK_CHARACTERS);
      const last = entries.at(-1);
      if (last === undefined) return;
      this.#after = last.at;
      this.#write(entries.map(encoding.held).join(''));
    }
  }

  /** Sends a record that is not held; a reader with a backlog learns from that. */
  pass(record: PassingRecord): void {
    if (this.#open && this.#stalled === undefined) this.#write(this.#options.encoding.passing(record));
  }

  heartbeat(nowMs: number): void {
    if (this.#open && this.#stalled === undefined) this.#write(this.#options.encoding.heartbeat(nowMs));
  }

  /** Ends the answer in good order. */
  finish(): void {
    this.#options.response.end();
  }

  /** Makes room for another: what it has not taken yet is let go of. */
  evict(): void {
    this.#drop('closed');
  }

  #write(text: string): void {
    if (this.#options.response.write(text)) return;
    this.#stalled = setTimeout(() => this.#drop('stalled'), this.#options.stallMs);
  }

  #onDrain(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    this.pump();
  }

  #drop(reason: ClientEnd): void {
    this.#close(reason);
    this.#options.response.destroy();
  }

  #close(reason: ClientEnd): void {
    this.#open = false;
    clearTimeout(this.#stalled);
    this.#end(reason);
  }
}
