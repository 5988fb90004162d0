/** A client's connection, as somebody opens it who means no good. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** `Authorization` of somebody who may scrape, which some of the kinds have; undefined where nobody is asked. */
  readonly rights: string | undefined;
}

/** What became of connections and requests. */
export interface Tally {
  opened: number;
  /** Closed by the exporter while we held them, or never opened. */
  ended: number;
  /** Answers by status. */
  readonly answers: Record<string, number>;
}

const STATUS = /HTTP\/1\.1 (\d{3}) /g;

const refuse = () => {
  throw new Error('the connection was closed');
};

/** @throws {Error} when it cannot be opened */
export async function open(
  target: Target,
  localAddress: string,
  tally: Tally,
  tls = target.isTls,
): Promise<Socket> {
  const { host, port } = target;
  const socket = connectTcp({ host, port, localAddress });
  socket.on('error', () => {});
  await once(socket, 'connect');
  tally.opened++;
  if (!tls) return socket;
  const secure = connectTls({ socket, rejectUnauthorized: false });
  secure.on('error', () => {});
  await Promise.race([once(secure, 'secureConnect'), once(secure, 'close').then(refuse)]);
  return secure;
}

/** Counts the answers that come, as long as the connection is read. */
export function countAnswers(socket: Socket, { answers }: Tally): void {
  socket.setEncoding('latin1').on('data', (text: string) => {
    for (const [, status = ''] of text.matchAll(STATUS)) answers[status] = (answers[status] ?? 0) + 1;
  });
}

/** When the other side closes, or the time is up. */
export async function closedWithin(socket: Socket, ms: number): Promise<boolean> {
  if (socket.destroyed) return true;
  const timeout = AbortSignal.timeout(ms);
  return once(socket, 'close', { signal: timeout }).then(
    () => true,
    () => socket.destroyed,
  );
}

export function head(path: string, ...lines: readonly (string | undefined)[]): string {
  const given = lines.filter((line) => line !== undefined);
  return [`GET ${path} HTTP/1.1`, 'Host: exporter', ...given].map((line) => `${line}\r\n`).join('');
}

export const authorization = (rights: string | undefined) =>
  rights === undefined ? undefined : `Authorization: ${rights}`;
