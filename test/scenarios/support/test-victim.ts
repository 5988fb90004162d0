import { connect } from 'node:net';
import { createLogger } from '../../../common/log.ts';
import { openVictim, type Victim } from '../../../scenarios/victim/open-victim.ts';

/** A victim on free ports of loopback, whose access log is kept. */
export interface TestVictim extends Victim {
  readonly lines: string[];
}

export async function openTestVictim(folder: string, weakPages: boolean): Promise<TestVictim> {
  const lines: string[] = [];
  const place = { at: { host: '127.0.0.1', port: 0 }, flag: 'a port' };
  const victim = await openVictim({
    http1: place,
    http2: place,
    log: () => {},
    accessLog: (line) => lines.push(line),
    weakPages,
    folder,
    logger: createLogger({ level: 'error', format: 'logfmt' }),
  });
  return { ...victim, lines };
}

/** Sends bytes over a connection of its own, and waits until the server has closed it; what it answered. */
export function sendRaw(address: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.once('error', () => {}); // reset: what it wanted to send was not wanted
    socket.once('close', () => resolve(answer));
  });
}
