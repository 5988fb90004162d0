import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** A password to compare with a hash; answered by whether they fit. */
export interface Comparison {
  readonly password: string;
  readonly hash: string;
}

/** A comparison takes a tenth of a second and more: in a thread of its own nobody waits for it but its asker. */
parentPort?.on('message', ({ password, hash }: Comparison) => {
  parentPort?.postMessage(compareSync(password, hash));
});
