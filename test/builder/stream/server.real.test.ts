import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { randomFrom } from '../support/random.ts';
import { answer, open, parseEvents, readNdjson } from './support/reader.ts';
import { BEFORE_MS, type Served, type ServedOptions, STEP_MS, serve } from './support/served.ts';

const NODES = ['node-a', 'node-b', 'node-c'];

/** What a node can be called to forge records, fields or events. */
const HOSTILE = [
  'a\ndata: {"type":"row"}\n\n',
  'b\r\n\r\nid: 9-9',
  'c"}\n{"type":"row"}',
  'd\u2028\u2029\u0000\u0085',
  '\ud800 lone',
  'ö'.repeat(300),
  ': heartbeat',
];

describe('builder/stream/server', () => {
  const all: Served[] = [];
  async function served(options: ServedOptions = {}): Promise<Served> {
    const one = await serve(options);
    all.push(one);
    return one;
  }

  afterEach(async () => {
    for (const one of all.splice(0)) await one.close();
  });

  /** A row that can be told from all others. */
  const rows = (nodes: readonly string[], n: number) => nodes.map((node) => ({ node, value: n }));

  for (const kind of ['NDJSON', 'SSE'] as const) {
    it(`gives a reader that connects ten times at random every record once (${kind})`, async () => {
      const { url, publish, journal } = await served();
      const random = randomFrom(7);
      const steps = 60;
      const seen: string[] = [];
      let last = '';
      const accept = kind === 'SSE' ? 'text/event-stream' : 'application/x-ndjson';
      const lastOfAll = `${BEFORE_MS + steps * STEP_MS}-${NODES.length}`;
      const publishing = (async () => {
        for (let step = 0; step < steps; step++) {
          publish(rows(NODES, step));
          await sleep(3 * random());
        }
      })();
      for (let connection = 0; connection < 11; connection++) {
        const headers = { accept, ...(last === '' ? {} : { 'last-event-id': last }) };
        const response = await open(`${url}/stream?from=${BEFORE_MS / 1000}`, headers);
        const most = connection === 10 ? Number.POSITIVE_INFINITY : Math.ceil(20 * random());
        let text = '';
        let taken = 0;
        for await (const part of response as AsyncIterable<string>) {
          text += part;
          // What was cut off in the middle of a record is no record.
          const records =
            kind === 'SSE'
              ? parseEvents(text).flatMap(({ id, data }) => (data === undefined ? [] : [{ id, data }]))
              : text
                  .split('\n')
                  .slice(0, -1)
                  .map((data) => ({ id: (JSON.parse(data) as { id: string }).id, data }));
          for (const { id = '', data } of records.slice(taken, most)) {
            seen.push(data);
            last = id;
            taken++;
          }
          if (taken >= most || last === lastOfAll) break;
        }
        response.destroy();
      }
      await publishing;
      const wanted = journal.ring.after(journal.ring.floor, Number.POSITIVE_INFINITY).map(({ json }) => json);
      expect(wanted).to.have.length(steps * (NODES.length + 1));
      expect(seen).to.deep.equal(wanted);
    });
  }

  it('drops a reader that stops reading, and the others lose nothing', async () => {
    const { url, publish, metric, hub } = await served({ ringBytes: 2_000_000 });
    const stopped = connect(Number(new URL(url).port), '127.0.0.1');
    stopped.pause();
    stopped.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n');
    stopped.on('error', () => undefined);
    await waitFor('the reader that stops', () => hub.size === 1);
    const steps = 3_000;
    const reading = readNdjson(`${url}/stream`, {
      until: ({ type, timestamp }) =>
        type === 'step' && timestamp === new Date(BEFORE_MS + steps * STEP_MS).toISOString(),
    });
    await waitFor('the other reader', () => hub.size === 2);
    const long = 'x'.repeat(4_000);
    for (let step = 0; step < steps; step++) {
      publish([{ node: long, value: step }]);
      if (step % 20 === 0) await sleep(1);
    }
    const records = await reading;
    expect(
      records.filter(({ type }) => type === 'row').map(({ row }) => (row as { value: number }).value),
    ).to.deep.equal(Array.from({ length: steps }, (_, step) => step));
    expect(records.filter(({ type }) => type === 'gap')).to.deep.equal([]);
    expect(await metric('clients_dropped_total{reason="overtaken"}')).to.equal('1');
    stopped.destroy();
  });

  it('drops a reader that takes nothing for the stall time', async () => {
    const { url, publish, metric, hub } = await served({ ringBytes: 100_000_000, stallMs: 100 });
    const stopped = connect(Number(new URL(url).port), '127.0.0.1');
    stopped.pause();
    stopped.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n');
    stopped.on('error', () => undefined);
    await waitFor('the reader', () => hub.size === 1);
    for (let step = 0; step < 400; step++) publish([{ node: 'x'.repeat(40_000), value: step }]);
    await waitFor('the drop', () => hub.size === 0);
    expect(await metric('clients_dropped_total{reason="stalled"}')).to.equal('1');
    stopped.destroy();
  });

  it('tells a reader that resumes from before the ring what it has lost', async () => {
    const { url, publish, journal } = await served({ ringBytes: 65_536 });
    for (let step = 0; step < 500; step++) publish(rows(NODES, step));
    const id = `${BEFORE_MS + 2 * STEP_MS}-1`;
    const [gap, first] = await readNdjson(`${url}/stream`, {
      headers: { 'last-event-id': id },
      until: ({ type }) => type === 'row' || type === 'step',
    });
    expect(gap).to.include({
      type: 'gap',
      reason: 'not_held',
      from: new Date(BEFORE_MS + STEP_MS).toISOString(),
      to: new Date(journal.ring.floor.timeMs).toISOString(),
    });
    expect(gap).not.to.have.property('id');
    expect(first?.id).to.equal(JSON.parse(journal.ring.after(journal.ring.floor, 1)[0]?.json ?? '{}').id);
  });

  it('cannot be brought to forge a record by names (NDJSON)', async () => {
    const { url, publish } = await served();
    publish(HOSTILE.map((node) => ({ node, value: 1 })));
    const records = await readNdjson(`${url}/stream?from=${BEFORE_MS / 1000}`, {
      until: ({ type }) => type === 'step',
    });
    expect(records.map(({ type }) => type)).to.deep.equal([...HOSTILE.map(() => 'row'), 'step']);
    expect(records.slice(0, -1).map(({ row }) => (row as { node: string }).node)).to.deep.equal(HOSTILE);
  });

  it('cannot be brought to forge an event by names (SSE)', async () => {
    const { url, publish, hub } = await served();
    publish(HOSTILE.map((node) => ({ node, value: 1 })));
    const headers = { accept: 'text/html, text/event-stream;q=0.9' };
    const response = await open(`${url}/stream?from=${BEFORE_MS / 1000}`, headers);
    expect(response.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(response.headers['cache-control']).to.equal('no-store');
    let text = '';
    hub.heartbeat(BEFORE_MS);
    for await (const part of response as AsyncIterable<string>) {
      text += part;
      if (text.includes(': heartbeat 2026-')) break;
    }
    const [retry, ...events] = parseEvents(text);
    const heartbeat = events.pop();
    expect(retry).to.deep.equal({ retry: '2000' });
    expect(heartbeat).to.deep.equal({ comment: 'heartbeat 2026-11-23T00:00:00.000Z' });
    expect(events.map(({ event }) => event)).to.deep.equal([...HOSTILE.map(() => 'row'), 'step']);
    for (const { id, data = '' } of events) expect((JSON.parse(data) as { id: string }).id).to.equal(id);
    const names = events
      .slice(0, -1)
      .map(({ data = '' }) => (JSON.parse(data) as { row: { node: string } }).row.node);
    expect(names).to.deep.equal(HOSTILE);
  });

  it('sends heartbeats and what is late to those who listen, and to those who come', async () => {
    const { url, hub, publish } = await served();
    publish(rows(NODES, 0));
    const late = { type: 'late' as const, timestamp: '2026-11-23T00:00:30.000Z', message: 'no Prometheus' };
    const reading = readNdjson(`${url}/stream`, { until: ({ type }) => type === 'heartbeat' });
    await waitFor('the reader', () => hub.size === 1);
    hub.beginLate(late);
    const [told] = await readNdjson(`${url}/stream`, { until: () => true });
    expect(told).to.deep.equal(late);
    hub.heartbeat(BEFORE_MS);
    expect(await reading).to.deep.equal([late, { type: 'heartbeat', time: '2026-11-23T00:00:00.000Z' }]);
  });

  it('begins with what comes next when nothing else is said, or at the time that is asked for', async () => {
    const { url, publish, hub } = await served();
    for (let step = 0; step < 5; step++) publish(rows(['a'], step));
    const times = [
      '?from=2026-11-23T00:00:30Z',
      `?from=${BEFORE_MS / 1000 + 30}`,
      '?from=60s',
      '?from=2026-11-23T01:00:30%2B01:00',
      '?from=2026-11-23T01:00:30+01:00',
    ];
    for (const query of times) {
      const [record] = await readNdjson(`${url}/stream${query}`, { until: () => true });
      expect(record?.id, query).to.equal(`${BEFORE_MS + 3 * STEP_MS}-0`);
    }
    await waitFor('them to go', () => hub.size === 0);
    const next = readNdjson(`${url}/stream`, { until: () => true });
    await waitFor('the reader', () => hub.size === 1);
    publish(rows(['a'], 5));
    expect((await next)[0]?.id).to.equal(`${BEFORE_MS + 6 * STEP_MS}-0`);
  });

  const refused: [string, Record<string, string>, string][] = [
    ['?from=yesterday', {}, 'from="yesterday" is no time'],
    ['?from=1h&from=2h', {}, 'is no time'],
    ['?from=2030-01-01T00:00:00Z', {}, 'lies in the future'],
    ['', { 'last-event-id': '1900000000000-0' }, 'is no id of this stream'],
    ['', { 'last-event-id': 'abc' }, 'Last-Event-ID "abc" is no id of this stream'],
  ];
  for (const [query, headers, text] of refused) {
    it(`refuses ${query}${JSON.stringify(headers)}`, async () => {
      const { url } = await served();
      const got = await answer(`${url}/stream${query}`, headers);
      expect(got.status).to.equal(400);
      expect(got.text)
        .to.contain(text)
        .and.to.match(/^[^\n]*\n$/);
    });
  }

  it('takes no more readers than it may, and counts those it refuses', async () => {
    const { url, metric, hub } = await served({ mostClients: 2 });
    const readers = [await open(`${url}/stream`), await open(`${url}/stream`)];
    const got = await answer(`${url}/stream`);
    expect(got).to.deep.include({ status: 503, text: 'there are 2 readers already\n' });
    expect(got.headers['retry-after']).to.equal('5');
    expect(await metric('clients_refused_total')).to.equal('1');
    expect(await metric('clients')).to.equal('2');
    for (const reader of readers) reader.destroy();
    await waitFor('them to go', () => hub.size === 0);
    expect(await metric('clients_dropped_total{reason="overtaken"}')).to.equal('0');
  });

  it('answers a kubelet, and what is not there', async () => {
    const { url, publish } = await served();
    expect((await answer(`${url}/-/healthy`)).status).to.equal(200);
    expect((await answer(`${url}/-/ready`)).status).to.equal(503);
    publish([]);
    expect((await answer(`${url}/-/ready`)).status).to.equal(200);
    expect((await answer(`${url}/rows`)).status).to.equal(404);
    expect((await fetch(`${url}/stream`, { method: 'POST' })).status).to.equal(405);
    const head = await fetch(`${url}/stream`, { method: 'HEAD' });
    expect(head.headers.get('content-type')).to.equal('application/x-ndjson; charset=utf-8');
  });

  it('ends its answers in good order', async () => {
    const one = await serve();
    const response = await open(`${one.url}/stream`);
    const ended = once(response.resume(), 'end');
    await one.close();
    await ended;
  });
});
