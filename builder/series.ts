/** The samples of one series over the time that was asked for, as the server stored them. */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, strictly increasing. */
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  /** times of stale markers, sorted, not among timestampsMs */
  readonly staleMs: Float64Array;
}
