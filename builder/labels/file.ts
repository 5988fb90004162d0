import { readEpisodes } from '../episodes.ts';
import type { LabelSet } from './model.ts';

/**
 * The episodes of a file.
 *
 * @throws {BuilderError} `labels`, naming the line
 */
export function fileLabels(path: string): LabelSet {
  const { file, sha256, episodes } = readEpisodes(path);
  return { source: { kind: 'episodes', file, sha256, episodes: episodes.length }, episodes, warnings: [] };
}
