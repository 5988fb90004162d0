/** Ways to keep an exporter from answering others. Each is one connection's life, which is lived again and again. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  authorization,
  closedWithin,
  countAnswers,
  head,
  open,
  type Tally,
  type Target,
} from './connection.ts';

interface Client {
  readonly target: Target;
  readonly address: string;
  readonly tally: Tally;
}

type Life = (client: Client) => Promise<void>;

/** Longer than an exporter lets any of these be. */
const HOLD_MS = 120_000;
/** Between two requests of a connection that sends many. */
const PAUSE_MS = 50;
const PIPELINED = 50;
const EXTRACTORS = [
  'cpu',
  'memory',
  'disk',
  'network',
  'pressure',
  'processes',
  'tcp',
  'sockets',
  'forks',
  'oom',
];

const opened = ({ target, address, tally }: Client) => open(target, address, tally);

/** Sends a request after the other until the connection is closed. */
async function keepAsking({ tally }: Client, socket: Socket, request: () => string): Promise<void> {
  countAnswers(socket, tally);
  const until = Date.now() + HOLD_MS;
  while (!socket.destroyed && socket.writable && Date.now() < until) {
    socket.write(request());
    await sleep(PAUSE_MS);
  }
}

/** A few bytes of a request each second. */
const slowHeads: Life = async (client) => {
  const socket = await opened(client);
  socket.resume();
  for (const character of head('/metrics', `X-Long: ${'x'.repeat(1_000)}`)) {
    if (socket.destroyed) return;
    socket.write(character);
    await sleep(1_000);
  }
};

/** Asks for the whole page, again and again, and reads some bytes a second of it. */
const slowReaders: Life = async (client) => {
  const socket = await opened(client);
  const request = `${head('/metrics', authorization(client.target.rights))}\r\n`;
  socket.pause().on('readable', () => {});
  socket.write(request + request);
  const until = Date.now() + HOLD_MS;
  while (!socket.destroyed && Date.now() < until) {
    socket.read(16);
    await sleep(1_000);
  }
};

/** Is refused, and stays. */
const refused: Life = async (client) => {
  const socket = await opened(client);
  countAnswers(socket, client.tally);
  socket.write(`${head(client.target.rights === undefined ? '/nothing' : '/metrics')}\r\n`);
  await closedWithin(socket, HOLD_MS);
};

/** Guesses passwords, each another one. */
const wrongPasswords: Life = async (client) => {
  const guess = () => Buffer.from(`prometheus:${randomBytes(8).toString('hex')}`).toString('base64');
  await keepAsking(
    client,
    await opened(client),
    () => `${head('/metrics', `Authorization: Basic ${guess()}`)}\r\n`,
  );
};

/** Asks for pages that nobody else asks for: other timeouts, other parts, other orders. */
const otherPages: Life = async (client) => {
  const query = () => {
    const chosen = EXTRACTORS.filter(() => randomInt(2) === 0).sort(() => randomInt(3) - 1);
    return chosen.length === 0 ? '' : `?${chosen.map((name) => `collect[]=${name}`).join('&')}`;
  };
  const timeout = () => `X-Prometheus-Scrape-Timeout-Seconds: ${(1 + randomInt(1_000_000) / 1e5).toFixed(5)}`;
  await keepAsking(
    client,
    await opened(client),
    () => `${head(`/metrics${query()}`, authorization(client.target.rights), timeout())}\r\n`,
  );
};

/** The beginning of a TLS handshake, or, where there is no TLS, nothing. */
const halfHandshakes: Life = async ({ target, address, tally }) => {
  const socket = await open(target, address, tally, false);
  socket.resume();
  if (target.isTls) socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
  await closedWithin(socket, HOLD_MS);
};

/** A connection for each request. */
const churn: Life = async (client) => {
  const socket = await opened(client);
  countAnswers(socket, client.tally);
  socket.write(`${head('/-/healthy', 'Connection: close')}\r\n`);
  await closedWithin(socket, 10_000);
};

/** Many requests at once, of which it reads the answers. */
const pipelining: Life = async (client) => {
  const request = `${head('/metrics', authorization(client.target.rights))}\r\n`;
  await keepAsking(client, await opened(client), () => request.repeat(PIPELINED));
};

/** Requests that are none, of all kinds. */
const malformed: Life = async (client) => {
  const socket = await opened(client);
  countAnswers(socket, client.tally);
  const bad = [
    `${head('/metrics', 'Host: other')}\r\n`,
    `${head('/metrics', 'Transfer-Encoding: chunked', 'Content-Length: 4')}\r\nabcd`,
    `${head('/metrics', `X: ${'x'.repeat(20_000)}`)}\r\n`,
    '\0\0\0\0\r\n\r\n',
  ];
  socket.write(bad[randomInt(bad.length)] ?? '');
  await closedWithin(socket, 10_000);
};

export const KINDS = {
  'slow heads': slowHeads,
  'slow readers': slowReaders,
  refused,
  'wrong passwords': wrongPasswords,
  'other pages': otherPages,
  'half handshakes': halfHandshakes,
  churn,
  pipelining,
  malformed,
} satisfies Record<string, Life>;

export type HostileKind = keyof typeof KINDS;
export const HOSTILE_KINDS = Object.keys(KINDS) as HostileKind[];

/** Each kind comes from an address of its own, as each attacker has one. */
export const addressOf = (kind: HostileKind) => `127.0.1.${1 + HOSTILE_KINDS.indexOf(kind)}`;
