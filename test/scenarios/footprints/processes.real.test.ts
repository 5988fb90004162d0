import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fileless } from '../../../scenarios/attacks/fileless.ts';
import { leakedDirectory } from '../../../scenarios/attacks/leaked-directory.ts';
import { processInjection } from '../../../scenarios/attacks/process-injection.ts';
import { sniffer } from '../../../scenarios/attacks/sniffer.ts';
import { ROOT } from '../../support/paths.ts';
import { skip } from '../../support/skip.ts';
import { fileOf, linkOf, needs, programs, whileOn } from '../support/footprint.ts';
import { AS_NOBODY, LoneScenario } from '../support/lone-scenario.ts';

const SCRIPTS = join(ROOT, 'scenarios', 'workers', 'perl');
const PERL_BASE = '/usr/lib/x86_64-linux-gnu/perl-base';
/** IFF_PROMISC of include/uapi/linux/if.h. */
const PROMISCUOUS = 0x100;

/** `/proc/<pid>/net/packet` below its heading. */
const packetSockets = (pid: number) => fileOf(pid, 'net/packet').trim().split('\n').slice(1);

describe('footprints of processes', () => {
  it('fileless is programs without a file, which wait', async function () {
    await needs(this, fileless);
    const found = await whileOn(fileless, () => {
      const [pid] = programs(/^\/memfd:/);
      return pid === undefined ? undefined : { exe: linkOf(pid, 'exe'), command: fileOf(pid, 'cmdline') };
    });
    expect(found).to.deep.equal({ exe: '/memfd:footprint (deleted)', command: 'cat\0' });
  });

  it('process_injection is processes that have a tracer, which go on', async function () {
    await needs(this, processInjection);
    const found = await whileOn(processInjection, () => {
      const scripts = programs(/\/perl/);
      const states = scripts.map((pid) => fileOf(pid, 'status'));
      const traced = states.filter((status) =>
        scripts.some((pid) => status.includes(`\nTracerPid:\t${pid}\n`)),
      );
      return traced.length === 6 ? traced.map((status) => /State:\t(\w)/.exec(status)?.[1]) : undefined;
    });
    expect(found).not.to.include('T').and.not.to.include('t');
  });

  it('sniffer is packet sockets and a promiscuous device in a network namespace of its own', async function () {
    await needs(this, sniffer);
    const own = linkOf(process.pid, 'ns/net');
    const before = packetSockets(process.pid);
    const found = await whileOn(sniffer, () => {
      const [pid] = programs(/\/perl/).filter((each) =>
        fileOf(each, 'cmdline').includes('packet-sockets.pl'),
      );
      if (pid === undefined || packetSockets(pid).length < 5) return undefined;
      return {
        namespace: linkOf(pid, 'ns/net'),
        flags: Number(fileOf(pid, 'root/sys/class/net/lo/flags').trim()),
        ours: packetSockets(process.pid),
      };
    });
    expect(found.namespace).not.to.equal(own);
    expect(found.flags & PROMISCUOUS).to.equal(PROMISCUOUS);
    expect(found.ours).to.deep.equal(before);
  });

  it('leaked_directory is shells that work outside of their root', async function () {
    await needs(this, leakedDirectory);
    const found = await whileOn(leakedDirectory, () => {
      const [pid] = programs(/sh$/).filter((each) => linkOf(each, 'root') !== '/');
      return pid === undefined ? undefined : { root: linkOf(pid, 'root'), cwd: linkOf(pid, 'cwd') };
    });
    expect(found.root).to.equal('/usr');
    expect(found.cwd).to.match(/^(?!\/usr)\//);
  });

  const refusalOf = (name: string, before: readonly string[]) =>
    new LoneScenario(name, { durationMs: 60_000, intensity: 0.1, folder: tmpdir() }, before).end();

  it('leaked_directory is refused in one line where it may not change its root', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become nobody');
    expect(await refusalOf('leaked_directory', AS_NOBODY)).to.equal(
      'ScenarioRefusal: leaked_directory: cannot change its root: Operation not permitted',
    );
  });

  for (const { name } of [fileless, processInjection, sniffer, leakedDirectory])
    it(`${name} is refused in one line where there is no perl`, async () => {
      expect(await refusalOf(name, ['env', 'PATH=/nowhere'])).to.equal(
        `ScenarioRefusal: ${name}: needs perl: install perl-base`,
      );
    });

  it('are made with perl-base alone', function () {
    if (!existsSync(PERL_BASE)) skip(this, `there is no ${PERL_BASE}, as Debian has it`);
    const scripts = readdirSync(SCRIPTS);
    for (const script of scripts) {
      const text = readFileSync(join(SCRIPTS, script), 'utf8');
      for (const [, module = ''] of text.matchAll(/^use ([\w:]+)/gm)) {
        const file = `${module.replaceAll('::', '/')}.pm`;
        const isThere = scripts.includes(file) || existsSync(join(PERL_BASE, file));
        expect(isThere, `${script} uses ${module}`).to.equal(true);
      }
    }
  });
});
