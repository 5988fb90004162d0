/** What a campaign of the lab keeps between its runs, beside the store of Prometheus and the episodes. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../../common/cli.ts';

const positive = z.int().positive();

const stateSchema = z.strictObject({
  /** What it was begun with; a run with other wishes is another campaign. */
  wishes: z.strictObject({
    seed: z.int(),
    repetitions: positive,
    durationMs: positive,
    gapMs: positive,
    quietMs: positive,
    stepMs: positive,
    attacked: z.array(z.string()),
    attackFree: z.array(z.string()),
    only: z.array(z.string()).nullable(),
  }),
  /** Of the checkout, as each run was begun. */
  commits: z.array(z.string()),
  /** What guests' services ask for. */
  token: z.string(),
  /** From the first row that counts to the last; null before a guest has settled. */
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  /** By node: where its rows for validation begin. */
  validationMs: z.record(z.string(), z.number()),
  /** Scenarios that no guest does, and why, in the service's own words. */
  leftOut: z.record(z.string(), z.string()),
  /** Scenarios that are done; null before guests were asked. */
  chosen: z.strictObject({ attacks: z.array(z.string()), benign: z.array(z.string()) }).nullable(),
  /** Kernels' own names, by node. */
  kernels: z.record(z.string(), z.string()),
  /** Episodes that did not go as planned, and why. */
  failures: z.record(z.string(), z.string()),
  /** How far a guest's clock was from this machine's at most, milliseconds, by node. */
  clockMs: z.record(z.string(), z.number()),
});

export type State = z.output<typeof stateSchema>;
export type CampaignWishes = State['wishes'];

/**
 * What is in the folder, or a new state.
 *
 * @throws {UsageError} when there is another campaign in it
 */
export function openState(file: string, wishes: CampaignWishes, token: () => string): State {
  if (!existsSync(file)) {
    return {
      ...{ wishes, commits: [], token: token(), startMs: null, endMs: null, validationMs: {} },
      ...{ leftOut: {}, chosen: null, kernels: {}, failures: {}, clockMs: {} },
    };
  }
  const state = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (isDeepStrictEqual(state.wishes, wishes)) return state;
  throw new UsageError(
    `${file} is of a campaign with other flags: repeat those, name another folder by --work, or remove this one`,
  );
}

export function saveState(file: string, state: State): void {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}
