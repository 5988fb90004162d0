/**
 * Why a remote read gave no series:
 * `unavailable` this server does not stream XOR chunks: read in another way,
 * `unsupported-encoding` it sent a chunk of another kind, such as a native histogram: read in another way,
 * `corrupt` the answer is cut short, fails its checksum or is malformed: asking again may help,
 * `http` any other answer than success; `status` tells.
 */
export type RemoteReadErrorCode = 'unavailable' | 'unsupported-encoding' | 'corrupt' | 'http';

/** A remote read failed. Series that came before it belong to no complete answer. */
export class RemoteReadError extends Error {
  override readonly name = 'RemoteReadError';
  readonly code: RemoteReadErrorCode;
  /** The HTTP status, where the answer had another than 200. */
  readonly status: number | undefined;

  constructor(code: RemoteReadErrorCode, message: string, options?: ErrorOptions & { status?: number }) {
    super(`remote read: ${message}`, options);
    this.code = code;
    this.status = options?.status;
  }
}

/** The error for bytes that are not what the protocol says. */
export function corrupt(message: string, options?: ErrorOptions): RemoteReadError {
  return new RemoteReadError('corrupt', message, options);
}
