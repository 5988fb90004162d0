import type { FileHandle } from 'node:fs/promises';
import { SourceError } from '../../base/errors.ts';
import { EntryReader, type JournalEntry } from './entry.ts';
import { type ArrayPlace, JournalBytes } from './journal-bytes.ts';

/** Read of one file in one go; the rest waits for the next poll. */
const MAX_ENTRIES = 20_000;

/** How far a file is read for one identifier. */
interface Position {
  readonly field: Buffer;
  readonly hash: bigint;
  /** Where its data is; undefined until it was written. */
  data: number | undefined;
  /** Entries that have been read. */
  seen: number;
  array: ArrayPlace | undefined;
}

/** An entry of an identifier that is followed. */
export interface IdentifiedEntry extends JournalEntry {
  readonly identifier: string;
}

/** What was appended to a file since the last time. */
interface Appended {
  readonly entries: readonly IdentifiedEntry[];
  /** The first damage: each costs its entry, or the identifier that it is on the way to. */
  readonly errors: readonly SourceError[];
  /** Whether there is more, for the next time. */
  readonly isMore: boolean;
}

/** Follows the entries of some syslog identifiers in one journal file. */
export class JournalFile {
  readonly #handle: FileHandle;
  readonly #bytes: JournalBytes;
  readonly #reader: EntryReader;
  readonly #positions = new Map<string, Position>();
  /** Whether what is there already counts as appended: for who is followed from the first poll on. */
  #fromStart: boolean;

  /**
   * @param handle is closed by {@link close}
   * @param path for messages
   * @param fromStart whether what is there already counts as appended
   * @throws {SourceError} `malformed`
   */
  constructor(handle: FileHandle, path: string, fromStart: boolean) {
    this.#handle = handle;
    this.#bytes = new JournalBytes(handle.fd, path);
    this.#reader = new EntryReader(this.#bytes);
    this.#fromStart = fromStart;
  }

  /** Tells it from every other journal, also from the copy that journald may make of it when it archives it. */
  get id(): string {
    return this.#bytes.header.id;
  }

  /** Whether it has no name left, in whatever folder. */
  async isDeleted(): Promise<boolean> {
    return (await this.#handle.stat()).nlink === 0;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** In the order in which journald wrote them. */
  poll(identifiers: readonly string[]): Appended {
    const errors: SourceError[] = [];
    const offsets: (readonly [offset: number, identifier: string])[] = [];
    let isMore = false;
    const guarded = (action: () => void) => {
      try {
        action();
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        errors.push(error);
      }
    };
    for (const identifier of identifiers) {
      guarded(() => {
        const appended = this.#appended(identifier);
        isMore ||= appended.length >= MAX_ENTRIES;
        for (const offset of appended) offsets.push([offset, identifier]);
      });
    }
    const entries: IdentifiedEntry[] = [];
    for (const [offset, identifier] of offsets.sort(([a], [b]) => a - b)) {
      guarded(() => entries.push({ ...this.#reader.read(offset), identifier }));
    }
    this.#fromStart = false;
    return { entries, errors: errors.slice(0, 1), isMore };
  }

  #appended(identifier: string): number[] {
    const position = this.#positions.get(identifier);
    const known = position ?? this.#positionOf(identifier);
    known.data ??= this.#bytes.find(known.field, known.hash);
    if (known.data === undefined) return [];
    const { entries, firstEntry, entryArray } = this.#bytes.data(known.data);
    if (position === undefined && !this.#fromStart) known.seen = entries;
    const to = Math.min(entries, known.seen + MAX_ENTRIES);
    const from = known.seen;
    if (to <= from) return [];
    // Taken as read before it is: damage is told of once, and what comes after it is read all the same.
    known.seen = to;
    const first = from === 0 ? [firstEntry] : [];
    if (to === 1) return first;
    const start = known.array ?? { offset: entryArray, base: 1 };
    const { offsets, at } = this.#bytes.entries(start, Math.max(from, 1), to);
    known.array = at;
    return [...first, ...offsets];
  }
  #positionOf(identifier: string): Position {
    const field = Buffer.from(`SYSLOG_IDENTIFIER=${identifier}`);
    const position = { field, hash: this.#bytes.hashOf(field), data: undefined, seen: 0, array: undefined };
    this.#positions.set(identifier, position);
    return position;
  }
}
