import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { parseOpenMetrics } from '../support/openmetrics.ts';
import { promtoolCheck } from '../support/promtool.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';

const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';
const FAMILIES = new Set<string>(METRICS.map(({ name }) => name.replace(/_total$/, '')));
const MEBIBYTE = 2 ** 20;

/** Bytes as a name; the kernel allows all but NUL and, in a file's name, the slash. */
const HOSTILE: readonly Buffer[] = [
  'x\nkubevigil_forged_total 1',
  'x\n# TYPE kubevigil_forged counter',
  '# TYPE forged c',
  '"} 1\nforged 1',
  '\\"\\n\\',
  'a) R 1 1 1 1 1 ',
  ') Z 1 (forged) ',
  '15 bytes long!\n',
  ' (deleted)',
  'memfd:forged',
  '日本語日本語',
]
  .map((text) => Buffer.from(text))
  .concat(
    Buffer.from('ff00fe'.replace('00', '80'), 'hex'),
    Buffer.from([0xc3, 0x28, 0x1b, 0x5b, 0x41, 0x0d]),
  );

/** Runs a program (`ARGV[0]`, in hexadecimal: an argument of Node's holds no arbitrary bytes) for a minute. */
const EXECUTE = 'exec { pack "H*", $ARGV[0] } "sleep", "60"';

/** Names itself and, where perl has threads, a thread. */
const RENAME = `
  sub name { open my $f, ">", "/proc/thread-self/comm"; print $f pack "H*", $ARGV[0]; close $f; sleep 60 }
  eval { require threads; threads->create(\\&name) };
  name();`;

/** Starts `ARGV[0]` short processes, some hundred at a time; each is gone before one could look at it twice. */
const FORK = `
  my $running = 0;
  for (1 .. $ARGV[0]) {
    if ($running >= 200) { wait; $running-- }
    my $pid = fork;
    defined $pid or next;
    $pid or exit;
    $running++;
  }
  1 while wait > 0;`;

/** Connects to `ARGV[0]` addresses of loopback, all different, at which nobody listens. */
const CONNECT = `
  use Socket;
  for my $i (1 .. $ARGV[0]) {
    socket my $s, PF_INET, SOCK_STREAM, 0 or die;
    connect $s, pack_sockaddr_in(9, pack "C4", 127, 1 + $i / 65536, $i / 256 % 256, $i % 256);
  }`;

function perl(script: string, argument: string): ChildProcess {
  return spawn('perl', ['-e', script, argument], { stdio: 'ignore' });
}

/** Waits until each of them has another name than the interpreter's that it began with. */
async function renamed(children: readonly ChildProcess[]): Promise<void> {
  await waitFor('all to have their names', () =>
    children.every(({ pid }) => readFileSync(`/proc/${pid}/comm`, 'latin1') !== 'perl\n'),
  );
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

function cgroupMounts(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type = '', options]) => type.startsWith('cgroup') && !options?.includes('cpuset'))
    .flatMap(([, mountpoint]) => mountpoint ?? []);
}

describe('attacks on the exporter', () => {
  let exporter: ExporterProcess;
  // Before its folder goes, and with that its tracefs.
  after(() => exporter?.stop());
  const folder = temporaryFolder();
  let residentBefore = 0;
  let undo: (() => void | Promise<void>)[] = [];

  const page = async (accept = 'text/plain') => {
    const response = await fetch(`http://${exporter.address}/metrics`, { headers: { accept } });
    expect(response.status).to.equal(200);
    return response.text();
  };
  const value = async (series: string) => parseSeries(await page()).get(series) ?? Number.NaN;
  const resident = () => value('process_resident_memory_bytes');

  /** The page is well formed, and every family of it is one of ours. */
  const expectNothingForged = async () => {
    const families = parseOpenMetrics(await page(OPENMETRICS));
    for (const name of families.keys()) {
      expect(FAMILIES.has(name) || name.startsWith('process_'), name).to.equal(true);
    }
    const text = await page();
    expect(text).not.to.contain('forged');
    expect(await promtoolCheck(text)).to.equal('');
  };

  const run = (script: string, argument: string) => {
    const child = perl(script, argument);
    undo.push(async () => {
      child.kill('SIGKILL');
      await ended(child);
    });
    return child;
  };

  before(async () => {
    const tracefs = folder();
    const refusal = tracefsRefusal(tracefs);
    exporter = await startExporter(
      ['--kubernetes=off', ...(refusal === undefined ? [`--path.tracefs=${tracefs}`] : [])],
      refusal === undefined ? { wrap: seeingTracefs(tracefs) } : {},
    );
    for (let i = 0; i < 20; i++) await page();
    residentBefore = await resident();
  });
  afterEach(async () => {
    for (const step of undo.reverse()) await step();
    undo = [];
  });

  it('executables with hostile names are counted, and forge nothing', async () => {
    const place = folder();
    const program = execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim();
    const children = HOSTILE.map((name) => {
      const path = Buffer.concat([Buffer.from(`${place}/`), name]);
      copyFileSync(program, path);
      return run(EXECUTE, path.toString('hex'));
    });
    await renamed(children);
    await expectNothingForged();
    if (!place.startsWith('/tmp/')) return;
    const seen = await value('kubevigil_suspicious_processes{kind="temp_exe"}');
    // Where the agent may not look, the series is not there.
    if (!Number.isNaN(seen)) expect(seen).to.be.at.least(HOSTILE.length);
  });

  it('processes and threads with hostile names forge nothing, and are counted in the state they are in', async () => {
    const zombies = await value('kubevigil_processes{state="zombie"}');
    await renamed(HOSTILE.map((name) => run(RENAME, name.toString('hex'))));
    await expectNothingForged();
    expect(await value('kubevigil_processes{state="sleeping"}')).to.be.at.least(HOSTILE.length);
    expect(await value('kubevigil_processes{state="zombie"}')).to.be.at.most(zombies + 2);
  });

  it('cgroups with hostile names forge nothing', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can make cgroups');
    const [mount] = cgroupMounts();
    if (mount === undefined) skip(this, 'no cgroup hierarchy is mounted');
    const top = Buffer.from(join(mount, `kubevigil-test-${process.pid}`));
    const slash = Buffer.from('/');
    const make = (path: Buffer) => {
      mkdirSync(path);
      undo.push(() => waitFor('the cgroup to be let go', () => removed(path)).then(() => undefined));
    };
    const removed = (path: Buffer) => {
      try {
        rmdirSync(path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EBUSY') return undefined;
        throw error;
      }
    };
    make(top);
    // The kernel refuses a newline in the name of a cgroup, and nothing else.
    const names = HOSTILE.filter((name) => !name.includes('\n')).flatMap((name) => [
      Buffer.concat([Buffer.from('kubepods-'), name]),
      Buffer.concat([Buffer.from('cri-containerd-'), name, Buffer.from('.scope')]),
    ]);
    for (const name of names) {
      const path = Buffer.concat([top, slash, name]);
      make(path);
      const child = run('sleep 60', '');
      writeFileSync(Buffer.concat([path, Buffer.from('/cgroup.procs')]), String(child.pid));
    }
    await page();
    await expectNothingForged();
  });

  it('a fork bomb during scrapes: every page is whole, and no extractor fails over what vanished', async () => {
    const failing = async () =>
      [...parseSeries(await page())].filter(([key, one]) => key.includes('_extractor_success{') && one === 0);
    const [forks, before] = [await value('kubevigil_forks_total'), await failing()];
    const bomb = run(FORK, '5000');
    while (bomb.exitCode === null && bomb.signalCode === null) {
      parseOpenMetrics(await page(OPENMETRICS));
      expect(await failing()).to.deep.equal(before);
    }
    expect(await value('kubevigil_forks_total')).to.be.at.least(forks + 5_000);
  });

  it('fifty thousand remote addresses become no series', async () => {
    // Others on this machine may have containers that come and go; the addresses are the host's.
    const hostSeries = async () =>
      [...parseSeries(await page()).keys()].filter((key) => !/(pod|container)="/.test(key)).length;
    const series = await hostSeries();
    const child = run(CONNECT, '50000');
    while (child.exitCode === null && child.signalCode === null) {
      await page();
      await sleep(100);
    }
    expect(child.exitCode).to.equal(0);
    expect(await hostSeries()).to.be.at.most(series + 50);
    await expectNothingForged();
  });

  it('two hundred scrapes at once share collections', async () => {
    const port = Number(exporter.address.split(':').at(-1));
    const sockets = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // Only now, so that they come as fast as they can be written.
    for (const socket of sockets)
      socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const answers = await Promise.all(sockets.map((socket) => text(socket)));
    // How long each extractor took is on the page: no two collections are alike; some requests come after one ended.
    const pages = answers.map((answer) => answer.slice(answer.indexOf('\r\n\r\n')));
    expect(new Set(pages).size).to.be.at.most(40);
    for (const one of pages) expect(one).to.contain('\nkubevigil_forks_total ');
  });

  it('memory stays bounded through all of this', async () => {
    for (let i = 0; i < 20; i++) await page();
    expect(await resident()).to.be.at.most(residentBefore + 64 * MEBIBYTE);
    expect(exporter.log()).not.to.match(/Bug in extractor|level=error/);
  });
});
