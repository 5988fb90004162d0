/**
 * Sends requests whose only harm is how they look in an access log. To the own victim they carry what opens its weak pages.
 */
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { assertWeak, weakKey } from './own-victim.ts';
import { type Ask, assertAnswered, type VisitorsOptions, visit } from './visitors.ts';

export interface WebAttackOptions extends WorkerOptions, VisitorsOptions {
  /** Sent in turn. */
  readonly requests: readonly Ask[];
}

const options = workerOptions<WebAttackOptions>();
const { durationMs, target, requests } = options;
const life = lifetime(durationMs);
const key = await weakKey(target, life);
let turn = 0;
const tally = await visit(life, options, () => {
  const ask = requests[turn++ % requests.length] as Ask;
  return key?.open(ask) ?? ask;
});
finish();
assertAnswered(target, tally);
if (key !== undefined) assertWeak(target, tally);
