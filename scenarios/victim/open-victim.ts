/** The victim with all that it has: the shop over both protocols, its logs, and weak pages where they are wanted. */
import type { Logger } from '../../common/log.ts';
import { type Listener, listen } from '../../common/web/listen.ts';
import type { ListenAddress } from '../../common/web/listen-address.ts';
import { logAccess } from './access-log.ts';
import { openHttp2Shop } from './http2-shop.ts';
import { removeAbandoned, Uploads } from './uploads.ts';
import { createVictim } from './victim.ts';
import type { LogLine } from './victim-log.ts';
import { newToken } from './weak-access.ts';
import { weakPages } from './weak-pages.ts';

/** What scenarios know of the victim of their own process. */
export interface OwnVictim {
  /** Where one on this machine reaches it, such as `http://127.0.0.1:24928`. */
  readonly url: string;
  /** The same for HTTP/2 without TLS. */
  readonly http2Url: string;
  /** Where it has weak pages. */
  readonly weak?: { readonly token: string; readonly uploads: string };
}

/** An address, and the flag that says it. */
interface Place {
  readonly at: ListenAddress;
  readonly flag: string;
}

export interface VictimOptions {
  readonly http1: Place;
  readonly http2: Place;
  /** Receives a line for each failed login. */
  readonly log: LogLine;
  /** Receives a line for each request. */
  readonly accessLog: LogLine;
  readonly weakPages: boolean;
  /** Where it may write what is uploaded to weak pages. */
  readonly folder: string;
  readonly logger: Logger;
}

export interface Victim {
  readonly own: OwnVictim;
  /** `host:port`, as it listens. */
  readonly address: string;
  readonly http2Address: string;
  close(graceMs: number): Promise<void>;
}

/** Where one on this machine reaches what listens there. */
function ownUrl({ scheme, address }: Pick<Listener, 'scheme' | 'address'>): string {
  return `${scheme}://${address.replace(/^(?:\[::\]|0\.0\.0\.0):/, '127.0.0.1:')}`;
}

/** @throws {UsageError} when an address cannot be had */
export async function openVictim(options: VictimOptions): Promise<Victim> {
  const { http1, http2, log, accessLog, folder, logger } = options;
  removeAbandoned(folder);
  const uploads = new Uploads(folder);
  const weak = options.weakPages ? { token: newToken(), uploads: uploads.folder } : undefined;
  const shop = createVictim(log, weak && weakPages(weak.token, uploads));
  const listener = await listen(shop, http1.at, { flag: http1.flag, logger });
  logAccess(listener.server, accessLog);
  const second = await openHttp2Shop(http2.at, http2.flag, accessLog).catch(async (error) => {
    await listener.close(0);
    throw error;
  });
  return {
    own: {
      url: ownUrl(listener),
      http2Url: ownUrl({ scheme: 'http', address: second.address }),
      ...(weak !== undefined && { weak }),
    },
    address: listener.address,
    http2Address: second.address,
    async close(graceMs) {
      await Promise.all([listener.close(graceMs), second.close()]);
      uploads.clear();
    },
  };
}
