import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthority } from '../support/certificates.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MIB = 1024;
/** What the heap may vary by from one moment to the next. */
const SLACK_KIB = 60 * MIB;

describe('kubevigil-exporter and its clients', () => {
  const folder = temporaryFolder();
  let exporter: ExporterProcess;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await exporter.stop();
  });

  const residentKib = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${exporter.pid}/status`, 'utf8'))?.[1]);
  const open = async () => {
    const [host = '', port] = exporter.address.split(':');
    const socket = connect(Number(port), host).on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const scrape = async () => {
    const response = await fetch(`http://${exporter.address}/metrics`);
    return (await response.text()).includes('kubevigil_build_info') ? response.status : 'no page';
  };
  const scrapes = (count: number) => Promise.all(Array.from({ length: count }, scrape));

  it('answers 200 scrapes at once, and holds no more memory for it', async () => {
    exporter = await startExporter();
    expect(new Set(await scrapes(200))).to.deep.equal(new Set([200]));
    const before = residentKib();
    for (let i = 0; i < 3; i++) expect(new Set(await scrapes(200))).to.deep.equal(new Set([200]));
    expect(residentKib() - before).to.be.below(SLACK_KIB);
  });

  it('answers while others read a byte at a time, send half a request or nothing', async () => {
    exporter = await startExporter();
    for (let i = 0; i < 3; i++) await scrapes(100);
    const before = residentKib();
    const request = 'GET /metrics HTTP/1.1\r\nHost: x\r\n';
    for (const text of [`${request}\r\n`, request, '']) {
      for (let i = 0; i < 40; i++) {
        const socket = await open();
        socket.pause().on('readable', () => socket.read(1));
        socket.write(text);
      }
    }
    // Each also asks for many pages on its one connection, and reads none of them.
    for (const socket of sockets.slice(0, 40)) socket.write(`${request}\r\n`.repeat(200));
    expect(new Set(await scrapes(100))).to.deep.equal(new Set([200]));
    expect(residentKib() - before).to.be.below(SLACK_KIB);
  });

  it('ends within its time though TLS handshakes are half done', async () => {
    const path = folder();
    const { cert, key } = createAuthority().issue('exporter', '127.0.0.1');
    writeFileSync(join(path, 'tls.crt'), cert);
    writeFileSync(join(path, 'tls.key'), key);
    writeFileSync(join(path, 'web.yml'), 'tls_server_config: {cert_file: tls.crt, key_file: tls.key}');
    exporter = await startExporter([`--web.config.file=${join(path, 'web.yml')}`]);
    for (let i = 0; i < 20; i++) (await open()).write(Buffer.from([0x16, 0x03, 0x01, 0x02]));
    expect(await exporter.stop()).to.deep.equal({ code: 0, signal: null });
  });
});
