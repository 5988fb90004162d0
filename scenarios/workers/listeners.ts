/** Back doors: sockets that listen on loopback, and turn away whoever connects. */
import { createServer, type Server } from 'node:net';
import { reset } from './reset.ts';

export function listenOnLoopback(count: number): Server[] {
  return Array.from({ length: count }, () => createServer((socket) => reset(socket)).listen(0, '127.0.0.1'));
}
