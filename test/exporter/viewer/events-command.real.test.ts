import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { EventLog } from '../../../exporter/evidence/event-log.ts';
import { exporterProgram } from '../../../exporter/program/command.ts';
import { EventsPage } from '../../../exporter/web/events-page.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { createAuthority } from '../../support/certificates.ts';
import { EXPORTER } from '../../support/exporter.ts';
import { runHere } from '../../support/run-here.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** An agent as far as its records go. */
class Agent {
  readonly asked: IncomingHttpHeaders[] = [];
  log: EventLog;
  status = 200;
  #server: Server | undefined;
  #page: EventsPage | undefined;
  #port = 0;
  readonly #node: string;
  readonly #tls: object | undefined;

  constructor(node: string, tls?: object) {
    this.#node = node;
    this.#tls = tls;
    this.log = new EventLog(1);
  }

  get url(): string {
    return `${this.#tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  async start(startedMs: number): Promise<void> {
    this.log = new EventLog(startedMs);
    const page = new EventsPage(this.log);
    this.#page = page;
    const handler = (
      request: Parameters<EventsPage['answer']>[0],
      response: Parameters<EventsPage['answer']>[1],
    ) => {
      this.asked.push(request.headers);
      if (this.status !== 200) {
        response.statusCode = this.status;
        response.end('no\n');
        return;
      }
      page.answer(request, response, (request.url ?? '').split('?')[1] ?? '');
    };
    this.#server = this.#tls === undefined ? createServer(handler) : createTlsServer(this.#tls, handler);
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  write(number: number, second: number, own: object = {}): void {
    const record = {
      id: `${this.log.ring.floor.timeMs}-${number}`,
      time: `2026-11-23T14:00:${String(second).padStart(2, '0')}.000000000Z`,
      node: this.#node,
      rule: 'shell_in_container',
      on: 'exec',
      severity: 'warning',
      namespace: 'shop',
      pod: 'web-0',
      container: 'web',
      exec: { path: `/bin/${this.#node}-${number}`, pid: number },
      ...own,
    };
    this.log.push(number, JSON.stringify(record));
  }

  async stop(): Promise<void> {
    this.#page?.close();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

describe('kubevigil-exporter events', () => {
  const folder = temporaryFolder();
  const agents = [new Agent('a'), new Agent('b')] as const;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    for (const agent of agents) {
      agent.asked.length = 0;
      agent.status = 200;
      await agent.start(1_000);
    }
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    for (const agent of agents) await agent.stop();
  });

  const run = (...args: string[]) => runHere(exporterProgram, ['events', ...args]);
  const paths = (stdout: string) =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { exec: { path: string } }).exec.path);

  it('gives what several agents hold in the order of time, as JSON where no terminal is', async () => {
    agents[0].write(1, 1);
    agents[0].write(2, 3);
    agents[1].write(1, 2);
    const { code, stdout, stderr } = await run(agents[0].url, `${agents[1].url}/events`);
    expect([code ?? 0, stderr]).to.deep.equal([0, '']);
    expect(paths(stdout)).to.deep.equal(['/bin/a-1', '/bin/b-1', '/bin/a-2']);
  });

  it('gives those of rules and pods that are named, in columns when asked to', async () => {
    agents[0].write(1, 1);
    agents[0].write(2, 2, { rule: 'other' });
    agents[0].write(3, 3, { pod: 'web-1' });
    const chosen = await run('--rule', 'shell_in_container', '--pod', 'shop/web-0', agents[0].url);
    expect(paths(chosen.stdout)).to.deep.equal(['/bin/a-1']);
    const shown = await run('--output=columns', '--rule=other', agents[0].url);
    expect(shown.stdout).to.equal(
      '2026-11-23 14:00:02.000  warning  other  a shop/web-0/web  /bin/a-2  (pid 2)\n',
    );
  });

  it('follows agents through their restarts, each record once, and tells of what is not held', async () => {
    agents[0].write(1, 1);
    child = spawn(process.execPath, [EXPORTER, 'events', '--follow', agents[0].url, agents[1].url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const lines = () => out.split('\n').filter((line) => line !== '');
    await waitFor('the first', () => lines().length === 1);
    agents[1].write(1, 2);
    await waitFor('that of the other', () => lines().length === 2);
    await agents[0].stop();
    await waitFor('the trouble', () => err.includes('cannot be read'));
    await agents[0].start(2_000);
    agents[0].write(1, 3);
    await waitFor('what came after the restart', () => lines().length === 4);
    const [gap = '', last = ''] = lines().slice(2);
    expect(JSON.parse(gap)).to.deep.include({ type: 'gap', after: '1000-1' });
    expect(paths(last)).to.deep.equal(['/bin/a-1']);
    expect(err).to.match(/is there again/);
    expect(agents[0].asked.at(-1)?.['last-event-id']).to.equal('1000-1');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(0);
  });

  it('carries a token, checks certificates by an authority, and sends passwords of the URL as such', async () => {
    const authority = createAuthority('authority');
    const secure = new Agent('c', authority.issue('agent', '127.0.0.1'));
    await secure.start(1_000);
    try {
      secure.write(1, 1);
      const at = folder();
      writeFileSync(join(at, 'token'), 'a-token\n');
      writeFileSync(join(at, 'ca.crt'), authority.cert);
      const good = await run('--token-file', join(at, 'token'), '--ca-file', join(at, 'ca.crt'), secure.url);
      expect(paths(good.stdout)).to.deep.equal(['/bin/c-1']);
      expect(secure.asked.at(-1)?.authorization).to.equal('Bearer a-token');
      const bad = await run(secure.url);
      expect(bad.code).to.equal(1);
      expect(bad.stderr).to.match(/^kubevigil-exporter: 127\.0\.0\.1:\d+ cannot be read: .*certificate.*\n$/);
      await run(agents[0].url.replace('//', '//bob:hunter2@'));
      expect(agents[0].asked.at(-1)?.authorization).to.equal(
        `Basic ${Buffer.from('bob:hunter2').toString('base64')}`,
      );
    } finally {
      await secure.stop();
    }
  });

  it('says in one line why it gives nothing', async () => {
    agents[0].status = 403;
    const refused = await run(agents[0].url);
    expect([refused.code, refused.stderr]).to.deep.equal([
      2,
      `kubevigil-exporter: ${agents[0].url.slice(7)} answers 403 no\n`,
    ]);
    const away = await run('127.0.0.1:1');
    expect([away.code, away.stderr]).to.deep.equal([
      1,
      'kubevigil-exporter: 127.0.0.1:1 cannot be read: connect ECONNREFUSED 127.0.0.1:1\n',
    ]);
    expect((await run('http://')).stderr).to.equal(
      'kubevigil-exporter: http:// is no URL such as http://node-1:24924\n',
    );
    expect((await run('--token-file=/nowhere/token', agents[1].url)).code).to.equal(2);
  });
});
