import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createVictim } from '../../../scenarios/victim/victim.ts';
import { fileLog } from '../../../scenarios/victim/victim-log.ts';

describe('the victim', () => {
  let server: Server;
  let url: string;
  const lines: string[] = [];

  before(async () => {
    server = createVictim((line) => lines.push(line)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const login = (body: string) =>
    fetch(`${url}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  it('has pages, a costly one, and an upload that it throws away', async () => {
    for (const path of ['/', '/items/7', '/search?q=lamp', '/work'])
      expect((await fetch(url + path)).status, path).to.equal(200);
    const upload = await fetch(`${url}/upload`, { method: 'POST', body: Buffer.alloc(1_000_000) });
    expect(upload.status).to.equal(204);
    expect((await fetch(`${url}/elsewhere`)).status).to.equal(404);
  });

  it('logs each failed login in one line, whatever the name, and no other', async () => {
    lines.length = 0;
    expect((await login('{"user":"guest","password":"guest"}')).status).to.equal(204);
    expect((await login('{"user":"a\\nlogin failed for user \\"b\\"","password":"x"}')).status).to.equal(401);
    expect((await login('{"user":')).status).to.equal(400);
    expect((await login(`{"user":"${'x'.repeat(5_000)}"}`)).status).to.equal(413);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^\S+ login failed for user "a\\nlogin failed for user \\"b\\"" from 127\.0\.0\.1$/,
    );
  });

  it('writes its log to a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    try {
      const log = fileLog(join(folder, 'log'));
      log('one');
      log('two');
      expect(readFileSync(join(folder, 'log'), 'utf8')).to.equal('one\ntwo\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
