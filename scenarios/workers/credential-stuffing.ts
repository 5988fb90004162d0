/** Logs in with one made-up name and password after the other, twice with some. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { type Ask, assertAnswered, type VisitorsOptions, visit } from './visitors.ts';

export interface CredentialStuffingOptions extends WorkerOptions, VisitorsOptions {}

const FIRST = ['ada', 'alan', 'barbara', 'donald', 'edsger', 'frances', 'grace', 'john', 'margaret', 'tony'];
const LAST = [
  'fields',
  'gardener',
  'hill',
  'lake',
  'miller',
  'potter',
  'rivers',
  'shepherd',
  'smith',
  'wood',
];
/** So many accounts have the same two names. */
const NUMBERS = 100;
const PASSWORDS = ['123456', 'password', 'qwerty', 'letmein', 'sunshine', 'dragon', 'iloveyou', 'abc123'];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
];

const among = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** An account, and what it is tried with. */
function attempt(): Ask {
  const user = `${among(FIRST)}.${among(LAST)}${Math.floor(Math.random() * NUMBERS)}@example.org`;
  return {
    method: 'POST',
    path: '/login',
    headers: { 'Content-Type': 'application/json', 'User-Agent': among(AGENTS) },
    body: JSON.stringify({ user, password: among(PASSWORDS) }),
  };
}

const options = workerOptions<CredentialStuffingOptions>();
const life = lifetime(options.durationMs);
let again: Ask | undefined;
const tally = await visit(life, options, () => {
  const ask = again ?? attempt();
  again = again === undefined && Math.random() < 0.3 ? ask : undefined;
  return ask;
});
finish();
assertAnswered(options.target, tally);
