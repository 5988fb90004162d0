import type { Client, ClientEnd } from './client.ts';
import type { PassingRecord } from './encoding.ts';

/** All readers of a stream. */
export class Readers {
  readonly #clients = new Set<Client>();
  readonly #onEnd: (reason: ClientEnd) => void;

  constructor(onEnd: (reason: ClientEnd) => void) {
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Takes a reader in and sends what it has not seen. */
  add(client: Client): void {
    this.#clients.add(client);
    void client.ended.then((reason) => {
      this.#clients.delete(client);
      this.#onEnd(reason);
    });
    client.pump();
  }

  /** Sends every reader what is new. */
  wake(): void {
    for (const client of this.#clients) client.pump();
  }

  /** Sends every reader a record that is not held. */
  pass(record: PassingRecord): void {
    for (const client of this.#clients) client.pass(record);
  }

  heartbeat(nowMs: number): void {
    for (const client of this.#clients) client.heartbeat(nowMs);
  }

  finish(): void {
    for (const client of this.#clients) client.finish();
  }
}
