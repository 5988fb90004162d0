/** Told of what an answer brings while it comes; what it throws ends the reading. */
export interface SampleTally {
  /** A series begins, with labels of so many characters. */
  begin(labelCharacters: number): void;
  /** The series that is being read has so many samples by now. */
  has(samples: number): void;
}
