declare const unit: unique symbol;

/**
 * Whole milliseconds: a time since 1970, or a duration. A server is asked for these alone, as an int64 of remote read or
 * a PromQL duration holds no fraction of one; arithmetic gives a plain number, `wholeMs` makes makes whole again.
 */
export type Ms = number & { readonly [unit]: 'ms' };

export const MS_PER_SECOND = 1000;

/**
 * The last whole millisecond at or before a time; of a duration the whole ones within it.
 *
 * @throws {RangeError} for what is no moment at all: NaN, an infinity, or beyond whole doubles
 */
export function wholeMs(value: number): Ms {
  const whole = Math.floor(value);
  if (Number.isSafeInteger(whole)) return whole as Ms;
  throw new RangeError(`${value} is no number of milliseconds`);
}
