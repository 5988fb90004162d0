/** Asks a service for the same few pages over and over. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { type Ask, assertAnswered, type VisitorsOptions, visit } from './visitors.ts';

export interface HttpRequestsOptions extends WorkerOptions, VisitorsOptions {
  /** Asked in turn. */
  readonly paths: readonly string[];
  /** Sent by POST as JSON; without it a GET. */
  readonly body?: object;
}

const options = workerOptions<HttpRequestsOptions>();
const { durationMs, target, paths, body } = options;
const life = lifetime(durationMs);
const form: Omit<Ask, 'path'> =
  body === undefined
    ? {}
    : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
let turn = 0;
const tally = await visit(life, options, () => ({ ...form, path: paths[turn++ % paths.length] as string }));
finish();
assertAnswered(target, tally);
