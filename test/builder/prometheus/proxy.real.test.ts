import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { BuilderError } from '../../../common/errors.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { buildHere } from '../support/build.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';
import { type Disturbance, handOn, proxyTo } from './support/proxy.ts';

const WAYS = [
  { reading: 'remote-read', path: '/api/v1/read' },
  { reading: 'query', path: '/api/v1/query' },
] as const;

const half = (body: Buffer) => body.subarray(0, body.length >> 1);

/** What goes wrong once, with the answer in the middle of a run; the dataset is the same as without. */
const PASSES: Readonly<Record<string, Disturbance>> = {
  'a reset instead of an answer': (_, response) => response.destroy(),
  'a reset within an answer': ({ status, type, body }, response) => {
    response.writeHead(status, { 'Content-Type': type });
    response.write(half(body), () => response.destroy());
  },
  'an answer that is cut and ends in good order': ({ status, type, body }, response) => {
    response.writeHead(status, { 'Content-Type': type });
    response.write(half(body));
    response.end();
  },
  'an answer shorter than its announced length': ({ status, type, body }, response) => {
    response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length });
    response.write(half(body), () => response.destroy());
  },
  'a delay': (answer, response) => void setTimeout(() => handOn(answer, response), 700),
  'no answer': () => {},
  'an answer that stands still': ({ status, type, body }, response) => {
    response.writeHead(status, { 'Content-Type': type }).write(half(body));
  },
  'a 429 that says when': (_, response) => response.writeHead(429, { 'Retry-After': '0' }).end('later'),
  'a 503 that says when': (_, response) => response.writeHead(503, { 'Retry-After': '1' }).end('later'),
  'a 503 that does not': (_, response) => response.writeHead(503).end('starting'),
  'a 503 with a JSON body': (_, response) =>
    response
      .writeHead(503, { 'Content-Type': 'application/json' })
      .end('{"status":"error","errorType":"unavailable","error":"too many requests at once"}'),
};

const html: Disturbance = (_, response) =>
  response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>\n<b>Log in</b>');

const flipped: Disturbance = ({ body, ...answer }, response) => {
  const changed = Buffer.from(body);
  const at = body.length >> 1;
  changed[at] = (body[at] ?? 0) ^ 1;
  handOn({ ...answer, body: changed }, response);
};

const warned: Disturbance = ({ body, ...answer }, response) => {
  const { data } = JSON.parse(body.toString('utf8')) as { data: unknown };
  const text = JSON.stringify({ status: 'success', data, warnings: ['one store\nis away'] });
  handOn({ ...answer, body: Buffer.from(text) }, response);
};

const refused: Disturbance = (_, response) =>
  response.writeHead(500, { 'Content-Type': 'text/plain' }).end('something\nbroke');

describe('builder reading through a proxy', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(7));
  });
  after(async () => {
    await prometheus?.stop();
  });

  let outputs = 0;
  function buildFrom(url: string, reading: string) {
    const output = join(folder, `dataset-${outputs++}`);
    const built = buildHere({
      prometheus: { url, timeout: '1s' },
      reading,
      output,
      start: String(FLEET_START_MS / 1000),
      end: String(FLEET_END_MS / 1000),
    });
    return { output, built };
  }

  /** Builds through a proxy that does this to some answers. */
  async function through<T>(
    disturb: Parameters<typeof proxyTo>[1],
    task: (url: string) => Promise<T>,
  ): Promise<T> {
    const proxy = await proxyTo(prometheus.url, disturb);
    try {
      return await task(proxy.url);
    } finally {
      await proxy.close();
    }
  }

  async function fails(reading: string, disturb: Parameters<typeof proxyTo>[1], message: RegExp) {
    await through(disturb, async (url) => {
      const { output, built } = buildFrom(url, reading);
      const error = await built.then(
        () => expect.fail('it was built'),
        (reason: unknown) => reason as BuilderError,
      );
      expect(error).to.be.instanceOf(BuilderError);
      expect(error.message).to.match(message);
      expect(error.message).not.to.include('\n');
      expect(existsSync(output)).to.equal(false);
    });
  }

  for (const { reading, path } of WAYS) {
    describe(`by ${reading}`, () => {
      let calm: Manifest;
      before(async () => {
        calm = (await buildFrom(prometheus.url, reading).built).manifest;
        expect(calm.rows).to.be.above(800);
      });

      const once = (disturbance: Disturbance) => (asked: string, request: number) =>
        asked === path && request === 7 ? disturbance : undefined;
      const always = (disturbance: Disturbance) => (asked: string, request: number) =>
        asked === path && request >= 7 ? disturbance : undefined;

      async function recovers(disturbance: Disturbance) {
        const { manifest } = await through(once(disturbance), (url) => buildFrom(url, reading).built);
        expect(manifest).to.deep.equal(calm);
      }

      for (const [what, disturbance] of Object.entries(PASSES)) {
        it(`recovers from ${what}`, () => recovers(disturbance));
      }

      it('fails after a server error', () =>
        fails(reading, once(refused), /answer(s|ed) 500.*something broke/));

      it('fails in one line when an answer never comes whole', async () => {
        const reset = always((_, response) => response.destroy());
        const cut = always(PASSES['an answer that is cut and ends in good order'] ?? handOn);
        const broken = reading === 'query' ? /is cut short/ : /frame \d+ of the answer is cut short/;
        await Promise.all([
          fails(reading, reset, /ECONNRESET|socket hang up/),
          fails(reading, cut, broken),
          ...(reading === 'query'
            ? []
            : [fails(reading, always(flipped), /frame \d+ of the answer has CRC-32C/)]),
        ]);
      });

      if (reading === 'remote-read') {
        it('recovers from a page in HTML', () => recovers(html));
        it('recovers from a byte that was changed', () => recovers(flipped));
      } else {
        it('fails after a page in HTML', () =>
          fails(reading, once(html), /text\/html instead of Prometheus' JSON/));
        it('fails after a warning', () =>
          fails(reading, once(warned), /answers only in part: one store is away/));
      }
    });
  }
});
