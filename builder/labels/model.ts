import type { Episode } from '../episodes.ts';
import type { Manifest } from '../manifest-schema.ts';

/** What one label source says. */
export interface LabelSet {
  /** The source, as the manifest tells of it. */
  readonly source: Manifest['labels'][number];
  readonly episodes: readonly Episode[];
  /** What about the source's answer may not be as meant. */
  readonly warnings: readonly string[];
}
