import { UsageError } from '../cli.ts';

/** Where to listen; without a host on every address of the machine. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

const ADDRESS = /^(?:\[([\da-f:.%\w]+)\]|([^:[\]\s]*)):(\d{1,5})$/i;

/**
 * Parses `:24924`, `127.0.0.1:0`, `localhost:24924` or `[::1]:24924`; port 0 takes a free one.
 *
 * @param flag how the user says the address
 * @throws {UsageError} anything else
 */
export function parseListenAddress(text: string, flag: string): ListenAddress {
  const match = ADDRESS.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UsageError(
      `${flag} ${JSON.stringify(text)} is not host:port, such as :24924, 127.0.0.1:24924 or [::1]:24924`,
    );
  }
  return { host: match[1] ?? (match[2] || undefined), port };
}

/** The same as text, IPv6 in brackets. */
export function formatListenAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
