import type { Client, ClientEnd } from './client.ts';
import type { LateRecord } from './records.ts';

/** All readers. */
export class Hub {
  readonly #clients = new Set<Client>();
  readonly #onEnd: (reason: ClientEnd) => void;
  #late: LateRecord | undefined;

  constructor(onEnd: (reason: ClientEnd) => void) {
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** The step that is late now, if any. */
  get late(): LateRecord | undefined {
    return this.#late;
  }

  /** Takes a reader in, tells it what is late, and sends what it has not seen. */
  add(client: Client): void {
    this.#clients.add(client);
    void client.ended.then((reason) => {
      this.#clients.delete(client);
      this.#onEnd(reason);
    });
    client.pump();
    if (this.#late !== undefined) client.pass(this.#late);
  }

  /** Sends every reader what is new. */
  wake(): void {
    for (const client of this.#clients) client.pump();
  }

  /** Tells every reader that a step is late; the step's records, or a gap, say that it is no more. */
  beginLate(record: LateRecord): void {
    this.#late = record;
    for (const client of this.#clients) client.pass(record);
  }

  endLate(): void {
    this.#late = undefined;
  }

  heartbeat(nowMs: number): void {
    for (const client of this.#clients) client.heartbeat(nowMs);
  }

  finish(): void {
    for (const client of this.#clients) client.finish();
  }
}
