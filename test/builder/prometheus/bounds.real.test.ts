import { expect } from 'chai';
import { configSchema } from '../../../builder/config/schema.ts';
import { connect } from '../../../builder/prometheus/client.ts';
import { rangeSelectorSource } from '../../../builder/sources/range-selectors.ts';
import { createLogger } from '../../../common/log.ts';
import { wholeMs } from '../../../common/ms.ts';
import { serverThat } from '../support/server.ts';
import { chunkedReadResponse, frame } from './wire/remote-read/support/wire.ts';

const HEAD = '{"status":"success","data":{"resultType":"matrix","result":[';
const STREAMED = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse';
const page = (data: unknown) => JSON.stringify({ status: 'success', data });

/** What comes without end, piece by piece. */
const ENDLESS: Record<string, (piece: number) => string> = {
  series: (piece) =>
    `${piece === 0 ? HEAD : ','}${Array.from({ length: 100 }, (_, i) => `{"metric":{"i":"${piece} ${i}"},"values":[[1,"1"]]}`).join(',')}`,
  samples: (piece) =>
    `${piece === 0 ? `${HEAD}{"metric":{},"values":[` : ','}${Array.from({ length: 1_000 }, (_, i) => `[${1_000 * piece + i},"1"]`).join(',')}`,
  labels: (piece) =>
    `${piece === 0 ? HEAD : ','}{"metric":{"i":"${piece}","long":"${'x'.repeat(500_000)}"},"values":[[1,"1"]]}`,
  'white space': () => ' '.repeat(10_000),
  keys: (piece) => `${piece === 0 ? '{' : ','}"key ${piece}":1`,
};

/** What no server writes: there is nothing to narrow. */
const MALFORMED: Record<string, RegExp> = {
  keys: /an object of over 100 keys/,
  'white space': /white space of over 1048576 bytes/,
};

describe('builder: what one answer may bring', () => {
  const log = createLogger({ level: 'error', format: 'logfmt' }, () => {});
  const bounds = { mostSeries: 2_000, mostSamples: 100_000 };
  const window = [wholeMs(1_000), wholeMs(60_000)] as const;
  const selector = { metric: 'kubevigil_processes', matchers: [] };

  /** A server that does not stop answering; `type` is what it answers to queries. */
  async function from<T>(
    endless: (piece: number) => string | Buffer,
    task: (prometheus: Awaited<ReturnType<typeof connect>>) => Promise<T>,
  ): Promise<T> {
    const server = await serverThat(async (request, response) => {
      const url = request.url ?? '';
      const type = url.includes('/read') ? STREAMED : 'application/json';
      if (url.includes('time%28%29')) {
        const data = page({ resultType: 'scalar', result: [100, '100'] });
        response.writeHead(200, { 'Content-Type': type }).end(data);
        return;
      }
      if (!url.includes('/query') && !url.includes('/read')) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': type });
      for (let piece = 0; !response.destroyed; piece++) {
        await new Promise((resolve) => response.write(endless(piece), resolve));
      }
    });
    try {
      const config = configSchema.parse({ prometheus: { url: server.url, ...bounds } }).prometheus;
      return await task(await connect(config, log, new AbortController().signal));
    } finally {
      await server.close();
    }
  }

  for (const [what, endless] of Object.entries(ENDLESS)) {
    it(`is bounded: ${what} without end by the query API`, async () => {
      const error = await from(endless, (prometheus) =>
        rangeSelectorSource(prometheus)
          .read(selector, ...window)
          .then(String, String),
      );
      expect(error).to.match(
        MALFORMED[what] ??
          /^BuilderError: kubevigil_processes\{?.*\[\d+ms\] has more than \d+ (series|samples): narrow it by selector/,
      );
      expect(error.length).to.be.below(400);
    });
  }

  it('is bounded: series without end by remote read', async () => {
    const endless = (piece: number) => frame(chunkedReadResponse({ i: String(piece) }, []));
    const error = await from(endless, (prometheus) =>
      prometheus.storedChunks(selector, ...window).then(String, String),
    );
    expect(error).to.match(
      /kubevigil_processes.* has more than 2000 series: narrow it by selector.*prometheus\.mostSeries/,
    );
  });
});
