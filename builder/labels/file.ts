import { readEpisodes } from '../../dataset/episodes/episodes.ts';
import { type Pseudonyms, pseudonymousEpisodes } from '../pseudonyms/pseudonyms.ts';
import type { LabelSet } from './model.ts';

/**
 * The episodes of a file.
 *
 * @throws {BuilderError} `labels`, naming the line
 */
export function fileLabels(path: string, pseudonyms?: Pseudonyms): LabelSet {
  const { file, sha256, episodes: written } = readEpisodes(path);
  const episodes = pseudonyms === undefined ? written : pseudonymousEpisodes(written, pseudonyms);
  return { source: { kind: 'episodes', file, sha256, episodes: episodes.length }, episodes, warnings: [] };
}
