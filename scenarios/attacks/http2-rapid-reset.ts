import { scenario } from '../scenario/define.ts';
import { pinTarget } from '../scenario/targets.ts';
import { runWorker } from '../scenario/worker.ts';
import type { RapidResetOptions } from '../workers/http2-rapid-reset.ts';

/** Requests that are taken back as soon as they are made: the server goes on making what nobody wants, and the client may ask for more. */
export const http2RapidReset = scenario('attack', {
  name: 'http2_rapid_reset',
  help: "Streams of HTTP/2 to the own victim's costly page, each reset at once.",
  family: 'vulnerability',
  technique: 'T1499.002',
  cve: 'CVE-2023-44487',
  likeness: {
    like: 'HEADERS and RST_STREAM one after the other, many requests in a packet, and a server at work on what was taken back.',
    unlike:
      'Streams are so many per second, on one connection at a time, to the own victim alone; its server closes the connection after a thousand resets, as patched ones do.',
  },
  moves: ['container_cpu_cores'],
  parameters: {
    streamsPerSecond: { help: 'streams per second', default: 1_000, most: 4_000 },
  },
  obstacle: async ({ victim }) =>
    victim === undefined ? 'needs a victim of the same process, which speaks HTTP/2' : undefined,
  async work({ durationMs, values, victim, signal }) {
    if (victim === undefined) return;
    const target = await pinTarget(victim.http2Url, [victim.http2Url]);
    const options: RapidResetOptions = { durationMs, target, ...values };
    await runWorker('http2-rapid-reset', options, signal);
  },
});
