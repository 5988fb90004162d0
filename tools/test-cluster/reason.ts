/** The message of anything thrown. */
export function describeReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
