import { SourceError } from '../../base/errors.ts';
import type { EventField, EventFormat } from './format.ts';
import type { PageCursor } from './page.ts';

/**
 * Bytes from `start` to the first NUL or `end`, one character per byte, so that any name survives unchanged.
 * The kernel states the length of a text with the NUL that ends it; an older array may have more of them.
 */
function bytesText(page: Buffer, start: number, end: number): string {
  const last = end - 1;
  if (last > start && page[last] === 0 && page[last - 1] !== 0) return page.toString('latin1', start, last);
  const nul = page.indexOf(0, start);
  return page.toString('latin1', start, nul >= 0 && nul < end ? nul : end);
}

/** Reads a text field of the record at which the cursor stands. */
export type TextReader = (cursor: PageCursor) => string;

/** Checks an event's fields against what the decoder reads, once, so that reading a record needs no checks. */
export class RecordLayout {
  /** Bytes that a record must have for all fields asked for. */
  bytes = 0;
  readonly #format: EventFormat;

  constructor(format: EventFormat) {
    this.#format = format;
  }

  has(name: string, size: number): boolean {
    return this.#format.fields.get(name)?.size === size;
  }

  /**
   * Offset of a field of `size` bytes.
   *
   * @throws {SourceError} `malformed` when this kernel lays it out otherwise
   */
  offset(name: string, size: number): number {
    return this.#field(name, (field) => field.size === size, `${size} bytes`).offset;
  }

  /** Reader of a text field of variable length; what it points to is kept within the record. */
  text(name: string): TextReader {
    const isText = ({ kind, size }: EventField) => size === 4 && (kind === 'data_loc' || kind === 'rel_loc');
    const { offset, kind } = this.#field(name, isText, 'a text');
    const origin = kind === 'rel_loc' ? offset + 4 : 0;
    return ({ page, view, start, length }) => {
      const location = view.getUint32(start + offset, true);
      const at = Math.min(origin + (location & 0xffff), length);
      return bytesText(page, start + at, start + Math.min(at + (location >>> 16), length));
    };
  }

  #field(name: string, accept: (field: EventField) => boolean, expected: string): EventField {
    const field = this.#format.fields.get(name);
    const source = `${this.#format.name}/format`;
    if (field === undefined || !accept(field)) {
      throw new SourceError('malformed', source, `${source}: expected ${name} to be ${expected}`);
    }
    this.bytes = Math.max(this.bytes, field.offset + field.size);
    return field;
  }
}
