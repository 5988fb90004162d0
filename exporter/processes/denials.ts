import { SourceError } from '../base/errors.ts';

/**
 * What could not be read of many processes: one error for each kind of file, whichever the process, so that the
 * same trouble is the same from one scrape to the next.
 */
export class Denials {
  private readonly byKind = new Map<string, SourceError>();

  /** Keeps the first error of its kind. */
  add(error: SourceError): void {
    const path = error.path.replace(/^proc\/\d+\//, 'proc/<pid>/');
    const kind = `${error.code} ${path}`;
    if (this.byKind.has(kind)) return;
    const message = `${error.message}, and perhaps others`;
    this.byKind.set(kind, new SourceError(error.code, path, message, { cause: error }));
  }

  /** In a settled order. */
  list(): SourceError[] {
    return [...this.byKind].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, error]) => error);
  }
}
