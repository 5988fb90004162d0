/** Numbers as people read them. */

const PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;
/** Beyond these, powers of ten are shorter. */
const LARGEST_PLAIN = 1e15;
const SMALLEST_PLAIN = 1e-4;
const DIGITS = 3;
const PERCENT = 100;

/** By unit; an expression's unit is whatever its configuration has. */
const SUFFIX: ReadonlyMap<string, string> = new Map([
  ['ratio', '%'],
  ['bytes', 'B'],
  ['bytes_per_second', 'B/s'],
  ['per_second', '/s'],
  ['count', ''],
]);

/** A whole number with its thousands apart. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A part of a whole, in percent, which is 0 % or 100 % only when it is exactly that. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (PERCENT * part) / whole;
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  if (percent < PERCENT && percent > 99.99) return '> 99.99 %';
  return `${trimmed(percent.toFixed(2))} %`;
}

/** `1 gap`, `2 gaps` */
export function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** How a unit is written, and what a value must be multiplied with. */
function scaleOf(unit: string | undefined): { factor: number; suffix: string } {
  return {
    factor: unit === 'ratio' ? PERCENT : 1,
    suffix: unit === undefined ? '' : (SUFFIX.get(unit) ?? unit),
  };
}

/** The unit as an axis is titled. */
export function unitName(unit: string | undefined): string {
  return scaleOf(unit).suffix || 'count';
}

/** A value with its unit: `45.3 %`, `1.23 MB/s`. */
export function formatValue(value: number, unit: string | undefined, digits = DIGITS): string {
  const { factor, suffix } = scaleOf(unit);
  const scaled = value * factor;
  const size = Math.abs(scaled);
  const [divisor, prefix] = PREFIXES.find(([from]) => size >= from && unit !== 'ratio') ?? [1, ''];
  const plain = size === 0 || (size < LARGEST_PLAIN && size >= SMALLEST_PLAIN);
  if (!plain) return `${scaled.toExponential(1)} ${suffix}`.trim();
  const whole = Math.abs(scaled / divisor) >= 10 ** digits;
  const text = whole ? String(Math.round(scaled / divisor)) : trimmed((scaled / divisor).toPrecision(digits));
  return `${text} ${prefix}${suffix}`.trim();
}

/** An axis: its ends and the values that are written on it. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

const WANTED_TICKS = 3;
const NICE = [1, 2, 2.5, 5, 10] as const;
/** Smaller differences are drawn as none: nothing could be written beside them. */
const SMALLEST_SPAN = 1e-290;
/** A value that deviates by less than this share of itself is not zoomed into: that would be rounding, enlarged. */
const RELATIVE_SPAN = 1e-9;

/** A scale for values between two, whose ends are round; zero is on it when it is near. */
export function scaleFor(least: number, greatest: number): Scale {
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  const flat = greatest - least <= Math.max(SMALLEST_SPAN, size * RELATIVE_SPAN);
  const room = size > SMALLEST_SPAN ? size / 2 : 1;
  const from = flat ? least - room : least > 0 && least < greatest / 2 ? 0 : least;
  const to = flat ? greatest + room : greatest;
  const low = flat && least >= 0 ? Math.max(0, from) : from;
  const rough = (to - low) / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (NICE.find((nice) => nice * power >= rough * (1 - RELATIVE_SPAN)) ?? 10) * power;
  const first = Math.floor(low / step + RELATIVE_SPAN);
  const last = Math.ceil(to / step - RELATIVE_SPAN);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, ticks };
}
