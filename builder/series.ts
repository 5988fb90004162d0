/**
 * The raw samples of one series, as stored: no lookback, nothing filled.
 *
 * Read `values` only through a `Float64Array`: it keeps the bits of a NaN, which a JavaScript number need not.
 */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds, strictly increasing. */
  readonly timestampsMs: Float64Array;
  /** As long as `timestampsMs`. */
  readonly values: Float64Array;
  /** Times of stale markers, sorted, not among timestampsMs. */
  readonly staleMs: Float64Array;
}
