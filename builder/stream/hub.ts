import type { Client } from '../../common/stream/client.ts';
import { Readers } from '../../common/stream/readers.ts';
import type { LateRecord } from './records.ts';

/** All readers, and what is late. */
export class Hub extends Readers {
  #late: LateRecord | undefined;

  /** The step that is late now, if any. */
  get late(): LateRecord | undefined {
    return this.#late;
  }

  /** Takes a reader in, sends what it has not seen, and tells it what is late. */
  override add(client: Client): void {
    super.add(client);
    if (this.#late !== undefined) client.pass(this.#late);
  }

  /** Tells every reader that a step is late; the step's records, or a gap, say that it is no more. */
  beginLate(record: LateRecord): void {
    this.#late = record;
    this.pass(record);
  }

  endLate(): void {
    this.#late = undefined;
  }
}
