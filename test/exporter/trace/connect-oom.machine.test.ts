import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseMemberships } from '../../../exporter/cgroups/membership.ts';
import type { TraceEvent } from '../../../exporter/trace/events/events.ts';
import { skip } from '../../support/skip.ts';
import { useKernel } from './support/kernel.ts';
import { CONNECT, execs, perlIn, run, settled } from './support/processes.ts';
import { useSource } from './support/source.ts';

const DISCARD = '9';
const CGROUPS = '/sys/fs/cgroup';

describe('connects and out-of-memory kills on this kernel', () => {
  const kernel = useKernel();
  const open = useSource(kernel);

  function own(events: readonly TraceEvent[], name: string): TraceEvent[] {
    return events.filter(({ cgroup }) => cgroup?.path === `${kernel().cgroupPath}/${name}`);
  }

  it('sees each TCP connect, refused ones too, with its cgroup', async () => {
    const cgroup = kernel().makeCgroup('client');
    const source = open();
    const targets = [
      ['4', '127.0.0.1'],
      ['6', '::1'],
      ['6', '::ffff:127.0.0.2'],
    ] as const;
    for (const [family, address] of targets) await perlIn(cgroup, CONNECT, [family, address, DISCARD]);
    await settled();
    const found = own(source.drain(), 'client').flatMap((event) =>
      event.kind === 'connect' ? [[event.family, event.address, event.port]] : [],
    );
    expect(found).to.deep.equal([
      [4, '127.0.0.1', 9],
      [6, '::1', 9],
      [4, '127.0.0.2', 9],
    ]);
  });

  it('sees who was killed for want of memory', async function () {
    const version1 = existsSync(`${CGROUPS}/memory/memory.limit_in_bytes`);
    const version2 = existsSync(join(kernel().cgroup, 'memory.max'));
    if (!version1 && !version2) skip(this, 'no memory controller');
    const cgroup = kernel().makeCgroup('hungry');
    const limited = version1 ? join(CGROUPS, 'memory', kernel().cgroupPath) : cgroup;
    if (version1) mkdirSync(limited);
    try {
      writeFileSync(join(limited, version1 ? 'memory.limit_in_bytes' : 'memory.max'), '16777216');
      const source = open();
      const also = 'my $m = shift; open(M, ">", "$m/cgroup.procs") or die; print M $$; close M;';
      const eat = `${also} my $p = fork; if (!$p) { my $x = "x" x 200_000_000; exit 0 } waitpid $p, 0; exit 0;`;
      await perlIn(cgroup, eat, [limited]);
      await settled();
      const kinds = own(source.drain(), 'hungry').map(({ kind }) => kind);
      expect(kinds).to.include('oom');
    } finally {
      if (version1) rmdirSync(limited);
    }
  });

  it('attributes in a hierarchy of version 1 as well', async function () {
    const mountpoint = `${CGROUPS}/pids`;
    if (!existsSync(join(mountpoint, 'cgroup.procs'))) skip(this, 'no version 1 hierarchy for pids');
    const folder = join(mountpoint, kernel().cgroupPath);
    mkdirSync(folder);
    try {
      const memberships = parseMemberships(readFileSync('/proc/self/cgroup', 'latin1'), 'proc/self/cgroup');
      const { id = -1 } = memberships.find(({ controllers }) => controllers === 'pids') ?? {};
      const source = open({ hierarchy: { id, controllers: 'pids', mountpoint } });
      await perlIn(folder, execs(20, '/bin/true'));
      await run('/bin/true', []);
      await settled();
      const paths = source
        .drain()
        .flatMap((event) =>
          event.kind === 'exec' && event.path === '/bin/true' ? [event.cgroup?.path] : [],
        );
      expect(paths.filter((path) => path === kernel().cgroupPath)).to.have.length(20);
      expect(paths).to.include('/');
    } finally {
      rmdirSync(folder);
    }
  });
});
