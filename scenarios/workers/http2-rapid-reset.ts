/** Opens streams and resets each at once, so many per second; where the server closes the connection, on a new one. */
import { connect, type Socket } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { FRAME, FrameReader, getHeaders, OPENING, takenBack } from './http2-frames.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const TICK_MS = 50;
const PATH = '/work';

export interface RapidResetOptions extends WorkerOptions {
  readonly target: Target;
  readonly streamsPerSecond: number;
}

/** One connection, until the server has enough of it. */
class Connection {
  readonly #socket: Socket;
  #stream = 1;
  isReady = false;
  isOver = false;
  failure = '';

  constructor({ port, address }: Target) {
    const reader = new FrameReader();
    this.#socket = connect(port, address);
    this.#socket.once('connect', () => {
      this.#socket.write(OPENING);
      this.isReady = true;
    });
    this.#socket.on('data', (bytes: Buffer) => {
      if (reader.read(bytes).includes(FRAME.goAway)) this.end();
    });
    this.#socket.on('error', (error) => {
      this.failure = error.message;
    });
    this.#socket.once('close', () => {
      this.isOver = true;
    });
  }

  send(streams: number, headers: Uint8Array): void {
    // What a slow server has not yet taken is not asked for on top.
    if (!this.isReady || this.isOver || this.#socket.writableLength > 0) return;
    const frames = Array.from({ length: streams }, (_, i) => takenBack(this.#stream + 2 * i, headers));
    this.#stream += 2 * streams;
    this.#socket.write(Buffer.concat(frames));
  }

  end(): void {
    this.isOver = true;
    reset(this.#socket);
  }
}

const { durationMs, target, streamsPerSecond } = workerOptions<RapidResetOptions>();
const life = lifetime(durationMs);
const headers = getHeaders(target.host, PATH);
const perTick = Math.max(1, Math.round((streamsPerSecond * TICK_MS) / 1000));
let connection = new Connection(target);
let hadOne = false;
while (life.goesOn()) {
  hadOne ||= connection.isReady;
  if (connection.isOver) connection = new Connection(target);
  connection.send(perTick, headers);
  await life.pause(TICK_MS);
}
connection.end();
finish();
if (!hadOne) throw new Error(`${target.host} accepts no connection: ${connection.failure}`);
