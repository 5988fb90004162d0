import type { Socket } from 'node:net';

/**
 * Ends a connection with a reset, so that nothing waits in TIME_WAIT for a minute after a scenario. One that is being
 * opened or closed is just let go of: libuv cannot reset it, and would keep it.
 */
export function reset(socket: Socket): void {
  if (socket.readyState === 'open') socket.resetAndDestroy();
  else socket.destroy();
}
