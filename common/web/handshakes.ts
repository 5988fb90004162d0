import type { Socket } from 'node:net';
import { peerOf } from './seats.ts';

/** Of one address at a time: each costs some milliseconds, and whoever does not end his keeps nobody else's out. */
const MOST_PER_SOURCE = 16;

/** TLS handshakes that have begun. Of an address that begins too many the oldest is cut off, before anything is worked out for the next. */
export class Handshakes {
  /** By source, the oldest first. */
  readonly #pending = new Map<string, Map<string, Socket>>();

  begin(socket: Socket): void {
    const source = socket.remoteAddress ?? '';
    const pending = this.#pending.get(source) ?? new Map<string, Socket>();
    this.#pending.set(source, pending);
    // Once closed, a socket does not know its peer any more.
    const peer = peerOf(socket);
    pending.set(peer, socket);
    socket.once('close', () => {
      if (this.#pending.get(source)?.get(peer) === socket) this.#end(source, peer);
    });
    const [[oldestPeer, oldest] = []] = pending;
    if (pending.size <= MOST_PER_SOURCE || oldestPeer === undefined) return;
    pending.delete(oldestPeer);
    oldest?.destroy();
  }

  /** @param socket either side of TLS */
  done(socket: Socket): void {
    this.#end(socket.remoteAddress ?? '', peerOf(socket));
  }

  #end(source: string, peer: string): void {
    const pending = this.#pending.get(source);
    pending?.delete(peer);
    if (pending?.size === 0) this.#pending.delete(source);
  }
}
