import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { EventLog } from '../../../exporter/evidence/event-log.ts';
import { EventsPage, isLasting, parseEventsQuery } from '../../../exporter/web/events-page.ts';
import { waitFor } from '../../../tools/programs/wait.ts';

const STARTED = 1_790_000_000_000;

describe('/events', () => {
  let log: EventLog;
  let page: EventsPage;
  let server: Server;
  let number = 0;
  const open: IncomingMessage[] = [];

  /** Some kilobytes hold a few dozen records. */
  beforeEach(async () => {
    log = new EventLog(STARTED, 20_000);
    page = new EventsPage(log);
    number = 0;
    server = createServer((request, response) => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const refused = path === '/events' ? page.answer(request, response, query) : { status: 404, text: '' };
      if (refused === undefined) return;
      response.statusCode = refused.status;
      response.end(refused.text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const response of open.splice(0)) response.destroy();
    page.close();
    server.close();
  });

  function write(count: number, text = ''): void {
    for (let i = 0; i < count; i++) {
      number += 1;
      log.push(number, JSON.stringify({ id: `${STARTED}-${number}`, rule: 'r', text }));
    }
  }

  /** An answer, and what came of it so far. */
  async function ask(path: string, headers: Record<string, string> = {}) {
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', path, headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    open.push(response);
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('error', () => {});
    return {
      status: response.statusCode,
      type: response.headers['content-type'],
      text: () => text,
      lines: () =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      ended: once(response, 'end'),
      isClosed: () => response.destroyed,
    };
  }

  const ids = (lines: readonly Record<string, unknown>[]) =>
    lines.filter(({ type }) => type === undefined).map(({ id }) => Number(String(id).split('-')[1]));
  const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it('gives what is held, then each record as it is written', async () => {
    write(3);
    const { type, lines } = await ask('/events');
    expect(type).to.equal('application/x-ndjson; charset=utf-8');
    await waitFor('what is held', () => ids(lines()).length === 3);
    write(2);
    await waitFor('what is new', () => ids(lines()).length === 5);
    expect(ids(lines())).to.deep.equal(upTo(5));
  });

  it('ends after what is held when nobody wants to follow, and gives only what is new when asked to', async () => {
    write(3);
    const held = await ask('/events?follow=false');
    const fresh = await ask('/events?from=now');
    await held.ended;
    expect(ids(held.lines())).to.deep.equal([1, 2, 3]);
    write(1);
    await waitFor('the new one', () => fresh.lines().length > 0);
    expect(ids(fresh.lines())).to.deep.equal([4]);
  });

  it('gives a reader that comes again each record once', async () => {
    write(10);
    const { lines } = await ask('/events', { 'last-event-id': `${STARTED}-6` });
    await waitFor('the rest', () => ids(lines()).length === 4);
    write(1);
    await waitFor('the next', () => ids(lines()).length === 5);
    expect(lines().map(({ id }) => id)).to.deep.equal(upTo(11, 7).map((n) => `${STARTED}-${n}`));
  });

  it('tells of what is not held any more, of another start of the agent, and of an id to come', async () => {
    write(200, 'x'.repeat(100));
    const first = number - ids((await held()).lines()).length + 1;
    expect(first).to.be.above(2);
    for (const id of [`${STARTED}-1`, `${STARTED - 60_000}-7`, `${STARTED}-9999`, `${STARTED + 60_000}-1`]) {
      const answer = await ask('/events?follow=false', { 'last-event-id': id });
      await answer.ended;
      const [gap, ...records] = answer.lines();
      expect(gap, id).to.deep.include({
        type: 'gap',
        reason: 'not_held',
        after: id,
        upto: `${STARTED}-${first - 1}`,
      });
      expect(ids(records), id).to.deep.equal(upTo(number, first));
    }
  });

  const held = async () => {
    const answer = await ask('/events?follow=false');
    await answer.ended;
    return answer;
  };

  it('speaks server-sent events to those who ask for them, with ids to come again by', async () => {
    write(2);
    const { type, text } = await ask('/events', { accept: 'text/event-stream' });
    expect(type).to.equal('text/event-stream; charset=utf-8');
    const wanted = [1, 2].map(
      (n) => `id: ${STARTED}-${n}\ndata: {"id":"${STARTED}-${n}","rule":"r","text":""}\n\n`,
    );
    await waitFor('both', () => text() === `retry: 2000\n\n${wanted.join('')}`);
  });

  it('drops a reader that takes nothing when the ring has overtaken it, counts it, and holds no more for it', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor('the reader', () => page.samples()[0]?.value === 1);
    const dropped = () => page.samples().find(({ labels }) => labels['reason'] === 'overtaken')?.value;
    // Buffers of sockets take some megabytes before anything waits.
    await waitFor('the end', () => {
      write(200, 'x'.repeat(2_000));
      return dropped() === 1;
    });
    expect(page.samples()[0]?.value).to.equal(0);
    socket.destroy();
  });

  it('keeps seats for others, whoever opens many', async () => {
    const answers = [];
    for (let i = 0; i < 33; i++) answers.push(await ask('/events'));
    expect(answers.map(({ status }) => status)).to.deep.equal([...Array(32).fill(200), 503]);
  });

  it('refuses what it does not understand in one line', async () => {
    for (const [path, reason] of [
      ['/events?follow=perhaps', 'follow=perhaps: must be true or false'],
      ['/events?rule=x', 'no such parameter: "rule"; there are follow and from'],
    ] as const) {
      const { status, text, ended } = await ask(path);
      await ended;
      expect([status, text()]).to.deep.equal([400, reason]);
    }
    const { status } = await ask('/events', { 'last-event-id': 'x' });
    expect(status).to.equal(400);
  });

  it('reads its parameters, and tells which answers last', () => {
    expect(parseEventsQuery('')).to.deep.equal({ follow: true, isNew: false });
    expect(parseEventsQuery('follow=false&from=now')).to.deep.equal({ follow: false, isNew: true });
    const lasting = (url: string) => isLasting({ url } as IncomingMessage);
    expect(['/events', '/events?from=now', '/events?follow=false', '/metrics'].map(lasting)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });
});
