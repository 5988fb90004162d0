/** A stream of lines over HTTP as kubevigil-builder's, of which whoever started it decides what comes. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As often as kubevigil-builder's: who reads takes a connection that is silent for longer for dead. */
const HEARTBEAT_MS = 15_000;

export class Feed {
  readonly #server: Server;
  readonly #readers = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;
  /** What each connection asked for. */
  readonly asked: { readonly lastId: string | undefined; readonly authorization: string | undefined }[] = [];
  /** A status that is answered instead of a stream. */
  refusal: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.#heartbeat = setInterval(() => {
      // One that is behind has enough to read, and perhaps a line that is not whole yet.
      for (const reader of this.#readers)
        if (!reader.writableNeedDrain) reader.write('{"type":"heartbeat"}\n');
    }, HEARTBEAT_MS);
  }

  static async open(): Promise<Feed> {
    const server = createServer();
    const feed = new Feed(server);
    server.on('request', ({ headers }, response) => {
      const lastId = headers['last-event-id'] as string | undefined;
      feed.asked.push({ lastId, authorization: headers.authorization });
      if (feed.refusal !== undefined) {
        response.writeHead(feed.refusal).end('no such position\n');
        return;
      }
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      response.flushHeaders();
      feed.#readers.add(response);
      response.on('close', () => feed.#readers.delete(response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return feed;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/stream`;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Sends bytes as they are; waits until the readers have room for more. */
  async send(bytes: string | Uint8Array): Promise<void> {
    for (const reader of this.#readers) {
      if (reader.write(bytes)) continue;
      await new Promise<void>((resolve) => {
        const done = () => {
          reader.off('drain', done);
          reader.off('close', done);
          resolve();
        };
        reader.once('drain', done);
        reader.once('close', done);
      });
    }
  }

  /** Breaks all connections off. */
  cut(): void {
    for (const reader of this.#readers) reader.destroy();
    this.#readers.clear();
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.cut();
    this.#server.close();
  }
}
