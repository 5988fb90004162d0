import { MS_PER_SECOND } from '../../../../common/ms.ts';
import type { SampleBuffer } from '../../../samples/sample-buffer.ts';
import { malformed, shown } from './json-source.ts';

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** The longest pair that the fast way takes; so many bytes must be there, so that it need not look for their end. */
const LONGEST_PAIR_BYTES = 64;
/** Whole numbers of so many digits, and these powers of ten, are exact doubles: their quotient is rounded once. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
/** Milliseconds in a digit at the first, second and third place after the point. */
const FRACTION_MS = [100, 10, 1] as const;

/**
 * Appends the pairs that stand here in the form that servers write, `[1700000000.123,"1.5"],`, and each with its comma.
 * It stops at whatever else there is, such as the last pair of an array or of the bytes.
 *
 * @returns where it stopped
 */
export function appendPairs(bytes: Buffer, start: number, samples: SampleBuffer): number {
  const lastStart = bytes.length - LONGEST_PAIR_BYTES;
  for (let at = start; ; ) {
    const begin = at;
    if (at > lastStart || bytes[at++] !== OPEN) return begin;

    let seconds = 0;
    const firstDigit = at;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at))
      seconds = seconds * 10 + digit;
    const digits = at - firstDigit;
    if (digits === 0 || digits > EXACT_DIGITS || (digits > 1 && bytes[firstDigit] === ZERO)) return begin;
    let ms = seconds * MS_PER_SECOND;
    if (bytes[at] === POINT) {
      at++;
      const firstPlace = at;
      for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at)) {
        const weight = FRACTION_MS[at - firstPlace];
        if (weight === undefined) return begin;
        ms += digit * weight;
      }
      if (at === firstPlace) return begin;
    }
    if (bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return begin;
    at += 2;

    const firstOfValue = at;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    let mantissa = 0;
    let places = 0;
    const firstOfMantissa = at;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at))
      mantissa = mantissa * 10 + digit;
    let mantissaDigits = at - firstOfMantissa;
    if (bytes[at] === POINT) {
      at++;
      const firstPlace = at;
      for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at))
        mantissa = mantissa * 10 + digit;
      places = at - firstPlace;
      mantissaDigits += places;
    }
    let value: number;
    if (bytes[at] === QUOTE && mantissaDigits > 0 && mantissaDigits <= EXACT_DIGITS) {
      value = mantissa / (POWERS_OF_TEN[places] as number);
      if (negative) value = -value;
    } else {
      while (bytes[at] !== QUOTE) if (++at - begin > LONGEST_PAIR_BYTES - 3) return begin;
      value = parseValue(bytes.toString('latin1', firstOfValue, at));
    }
    if (bytes[at + 1] !== CLOSE || bytes[at + 2] !== COMMA || at + 3 - begin > LONGEST_PAIR_BYTES)
      return begin;
    at += 3;
    append(samples, ms, value);
  }
}

/** Appends one pair that JSON.parse has read; null is how JSON writes what is no number. */
export function appendPair(pair: unknown, samples: SampleBuffer): void {
  const [seconds, text, ...more] = Array.isArray(pair) ? pair : [];
  const value = text === null ? Number.NaN : typeof text === 'string' ? parseValue(text) : undefined;
  if (typeof seconds !== 'number' || value === undefined || more.length > 0)
    throw malformed(`the sample ${shown(pair)}`);
  append(samples, Math.round(seconds * MS_PER_SECOND), value);
}

function append(samples: SampleBuffer, ms: number, value: number): void {
  samples.reserve(1);
  samples.times[samples.length] = ms;
  samples.values[samples.length] = value;
  samples.length++;
}

/** The digit at a place, or something negative. */
function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - ZERO;
  return digit <= 9 ? digit : -1;
}

const SPECIAL_VALUES = new Map([
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['StaleNaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A value as Prometheus writes it. */
function parseValue(text: string): number {
  const special = SPECIAL_VALUES.get(text);
  if (special !== undefined) return special;
  if (!DECIMAL.test(text)) throw malformed(`the value ${shown(text)}`);
  return Number(text);
}
