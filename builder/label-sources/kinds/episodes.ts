import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { readEpisodes } from '../../../dataset/episodes/episodes.ts';
import { VERDICT } from '../../../dataset/episodes/verdicts.ts';
import { type Pseudonyms, pseudonymousEpisodes } from '../../names/pseudonyms.ts';
import type { LabelSet } from '../label-set.ts';
import { labelSource } from '../source.ts';

/**
 * The episodes of a file.
 *
 * @throws {BuilderError} `labels`, naming the line
 */
function fileLabels(path: string, pseudonyms: Pseudonyms | undefined): LabelSet {
  const { file, sha256, episodes: written } = readEpisodes(path);
  const episodes = pseudonyms === undefined ? written : pseudonymousEpisodes(written, pseudonyms);
  const told = {
    scripted: written.filter(({ run }) => run !== '').length,
    byHand: written.filter(({ episode }) => episode.startsWith(VERDICT)).length,
  };
  const origins = Object.entries(told).filter(([, count]) => count > 0);
  return {
    source: { kind: 'episodes', file, sha256, episodes: episodes.length, ...Object.fromEntries(origins) },
    episodes,
    warnings: [],
  };
}

/** What changes when a file is written again; empty while there is none. */
function stamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}

/** An episodes file, in a stream read again whenever it has changed. */
export const episodes = labelSource({
  kind: 'episodes',
  schema: z.strictObject({ episodes: z.string().min(1) }),
  isKept: true,
  shown: { file: 'given' },
  absolute: (config, resolve) => ({ episodes: resolve(config.episodes) }),
  configure: ({ episodes: path }) => ({
    identity: { episodes: basename(path) },
    expressions: [],
    namedBy: new Map(),
    scenarioLabels: [],
    open({ pseudonyms }) {
      // Taken before the file is read: a change in between is then seen the next time.
      let seen = stamp(path);
      let set = fileLabels(path, pseudonyms);
      return {
        read: () => set,
        watch() {
          const now = stamp(path);
          if (now === seen && now !== '') return set;
          set = fileLabels(path, pseudonyms);
          seen = now;
          return set;
        },
      };
    },
  }),
});
