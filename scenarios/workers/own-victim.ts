/** The weak pages of the own victim, for workers that were given its token. */
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Target } from '../scenario/targets.ts';
import { WEAK_TOKEN_VARIABLE } from '../scenario/worker.ts';
import { newNonce, PROOF_PATH, proofOf, WEAK_HEADER } from '../victim/weak-access.ts';
import type { Lifetime } from './lifetime.ts';
import type { Ask, Tally } from './visitors.ts';

const ANSWER_MS = 5_000;
const AGAIN_MS = 500;

/** An answer to the question for a proof; undefined when there is none, as of a victim that is busy. */
function proofFrom({ address, port, host }: Target, nonce: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const path = `${PROOF_PATH}?nonce=${nonce}`;
    const asked = get({
      host: address,
      port,
      path,
      headers: { Host: host },
      timeout: ANSWER_MS,
      agent: false,
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(undefined));
    asked.once('response', (response) => text(response).then(resolve, () => resolve(undefined)));
  });
}

/** What opens the weak pages to a worker. */
export interface WeakKey {
  readonly token: string;
  /** The request with what opens a weak page. */
  open(ask: Ask): Ask;
}

/**
 * The key to the weak pages, where this worker has one; undefined where all that it can do is ask. The target is told nothing before it has
 * proved that it knows the token.
 *
 * @throws {Error} when the target is another than the own victim
 */
export async function weakKey(target: Target, life: Lifetime): Promise<WeakKey | undefined> {
  const token = process.env[WEAK_TOKEN_VARIABLE];
  if (token === undefined) return undefined;
  for (; life.goesOn(); await life.pause(AGAIN_MS)) {
    const nonce = newNonce();
    const proof = await proofFrom(target, nonce);
    if (proof === undefined) continue;
    if (proof !== proofOf(token, nonce)) throw new Error(`${target.host} is not the victim with weak pages`);
    return {
      token,
      open: (ask) => ({ ...ask, headers: { ...ask.headers, [WEAK_HEADER]: token } }),
    };
  }
  return undefined;
}

/** @throws {Error} when weak pages were used and never did anything */
export function assertWeak({ host }: Target, { answered, refused }: Tally): void {
  if (answered > 0 && answered === refused)
    throw new Error(`the weak pages of ${host} did nothing: all ${refused} requests were refused`);
}
