/**
 * Why an answer of the query API gave no series:
 * `incomplete` it ends or breaks off too early: asking again may help, `malformed` it is not the JSON of a matrix,
 * `refused` it says `"status":"error"`, `unsupported` it holds native histograms, of which no samples can be made.
 */
export type MatrixScanErrorCode = 'incomplete' | 'malformed' | 'refused' | 'unsupported';

/** An answer could not be read to its end. Series that came before the error belong to no complete answer. */
export class MatrixScanError extends Error {
  override readonly name = 'MatrixScanError';
  readonly code: MatrixScanErrorCode;

  constructor(code: MatrixScanErrorCode, message: string, options?: ErrorOptions) {
    super(`query answer: ${message}`, options);
    this.code = code;
  }
}
