import type { Episode } from '../../dataset/episodes/contract.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';

/** What one label source says. */
export interface LabelSet {
  /** The source, as the manifest tells of it. */
  readonly source: Manifest['labels'][number];
  readonly episodes: readonly Episode[];
  /** What about the source's answer may not be as meant. */
  readonly warnings: readonly string[];
}
