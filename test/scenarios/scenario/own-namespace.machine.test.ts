import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { enteringNamespace, namespaceObstacle } from '../../../scenarios/scenario/own-namespace.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { closedTree } from '../../support/open-tree.ts';
import { skip } from '../../support/skip.ts';

const NOBODY = 65_534;

/** Says which namespace it is in and what it is answered there, and ends with its input. */
const INSIDE = `
const { connect, createServer } = require('node:net');
const { readFileSync, readlinkSync } = require('node:fs');
const [address, outside] = process.argv.slice(1);
const tried = (port, host) => new Promise((resolve) => {
  const socket = connect(port, host);
  socket.once('connect', () => resolve('connected')).once('error', ({ code }) => resolve(code));
});
const server = createServer((socket) => socket.destroy()).listen(80, address, async () => {
  const devices = readFileSync('/proc/self/net/dev', 'utf8').split('\\n').slice(2).map((line) => line.split(':')[0].trim());
  console.log(JSON.stringify({
    namespace: readlinkSync('/proc/self/ns/net'),
    devices: devices.filter(Boolean),
    own: await tried(80, address),
    outside: await tried(Number(outside), '127.0.0.1'),
    elsewhere: await tried(80, '192.0.2.1'),
  }));
});
process.stdin.resume().once('end', () => process.exit());
`;

/** The processes that are in a namespace. */
function members(namespace: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/net`) === namespace;
    } catch {
      return false; // it ended while we looked
    }
  });
}

async function startInside(
  before: readonly string[] = [],
): Promise<{ child: ChildProcess; said: Record<string, unknown> }> {
  const outside = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(outside, 'listening');
  const { port } = outside.address() as { port: number };
  const entering = await enteringNamespace(['169.254.169.254', '10.9.8.7']);
  const [file = '', ...args] = [
    ...before,
    ...entering,
    ...[process.execPath, '-e', INSIDE, '169.254.169.254', String(port)],
  ];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`it ended with ${code}`);
  });
  const [line] = (await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended])) as [
    Buffer,
  ];
  ended.catch(() => {});
  outside.close();
  return { child, said: JSON.parse(line.toString()) as Record<string, unknown> };
}

describe('a network namespace of its own', () => {
  before(async function () {
    const why = await namespaceObstacle();
    if (why !== undefined) skip(this, why);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`has loopback and its addresses alone, reaches nobody, and is gone with its process after ${signal}`, async () => {
      const { child, said } = await startInside();
      const { namespace, ...met } = said;
      expect(met).to.deep.equal({
        devices: ['lo'],
        own: 'connected',
        outside: 'ECONNREFUSED',
        elsewhere: 'ENETUNREACH',
      });
      expect(namespace).not.to.equal(readlinkSync('/proc/self/ns/net'));
      // The command becomes the program: a signal to it reaches the program.
      expect(members(String(namespace))).to.deep.equal([String(child.pid)]);
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      await waitFor('the namespace to be empty', () => members(String(namespace)).length === 0);
    });
  }

  it('is there for who has no rights, where users may make namespaces', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become nobody');
    const closed = closedTree();
    if (closed !== undefined) skip(this, closed);
    const nobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const [file = '', ...args] = [...nobody, 'unshare', '--user', '--map-root-user', '--net', 'true'];
    try {
      execFileSync(file, args, { stdio: 'ignore' });
    } catch {
      skip(this, 'users may not make namespaces here');
    }
    const module = new URL('../../../scenarios/scenario/own-namespace.js', import.meta.url);
    const script = `import { enteringNamespace } from ${JSON.stringify(module)};
      console.log(JSON.stringify(await enteringNamespace(['10.1.2.3'])));`;
    const output = execFileSync(
      nobody[0] as string,
      [...nobody.slice(1), process.execPath, '--input-type=module', '-e', script],
      {
        encoding: 'utf8',
      },
    );
    const [command = '', ...before] = [...nobody, ...(JSON.parse(output) as string[])];
    const routes = execFileSync(command, [...before, 'cat', '/proc/self/net/fib_trie'], { encoding: 'utf8' });
    expect(routes).to.contain('10.1.2.3');
    expect(readFileSync('/proc/self/net/fib_trie', 'utf8')).not.to.contain('10.1.2.3');
  });

  it('is refused in one line where there is no perl, or no way in', async () => {
    const { PATH } = process.env;
    try {
      process.env['PATH'] = '/nonexistent';
      expect(await namespaceObstacle()).to.equal('needs perl: install perl-base');
      const error = await enteringNamespace([]).catch((reason: Error) => reason);
      expect(String(error)).to.equal('Error: needs perl: install perl-base');
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});
