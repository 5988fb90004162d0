import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { processes } from '../../../exporter/extractors/processes.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { Machine, needsPods, Pod } from '../../support/pod.ts';

/** util-linux and coreutils are in every Debian. */
const SLEEP = '/bin/sleep';
const AS_NOBODY = '/usr/bin/setpriv --reuid=65534 --clear-groups';

describe('processes', () => {
  it('counts the nested cgroups of a container as the container', async () => {
    const { samples } = await extractOnce(processes, fixtureHost());
    expect(seriesLines(samples)).to.include.members([
      'kubevigil_processes{state="running",namespace="shop",pod="web-0",container="nginx"} 1',
      'kubevigil_processes{state="sleeping",namespace="shop",pod="web-0",container="nginx"} 1',
      'kubevigil_processes{state="sleeping",namespace="shop",pod="web-0",container=""} 1',
      'kubevigil_processes{state="zombie",namespace="",pod="",container=""} 1',
    ]);
  });

  it('has elevated_container for containers only', async () => {
    const { samples } = await extractOnce(processes, fixtureHost());
    const elevated = seriesLines(samples).filter((line) => line.includes('elevated_container'));
    expect(elevated.map((line) => line.replace(/.*container="([^"]*)"\} /, '$1 ')).sort()).to.deep.equal([
      ' 0',
      'c3c3c3c3c3c3 1',
      'nginx 0',
    ]);
  });

  it('tells when a container began: with the first of its processes', async () => {
    const { samples } = await extractOnce(processes, fixtureHost());
    const starts = samples.filter(({ metric }) => metric.name === 'kubevigil_container_start_time_seconds');
    expect(seriesLines(starts)).to.have.members([
      'kubevigil_container_start_time_seconds{namespace="shop",pod="web-0",container="nginx"} 1792000784',
      'kubevigil_container_start_time_seconds{namespace="shop",pod="web-0",container=""} 1792000783.1',
      'kubevigil_container_start_time_seconds{namespace="",pod="",container="c3c3c3c3c3c3"} 1792000794',
    ]);
  });

  it('has no count where processes are hidden', async () => {
    const recorded = fixtureHost();
    const hidden = new SourceError('unreadable', 'proc/<pid>/stat', 'proc/1/stat: EPERM');
    const host = { ...recorded, processes: () => ({ ...recorded.processes(), errors: [hidden] }) };
    expect(await extractOnce(processes, host)).to.deep.equal({ samples: [], errors: [hidden] });
  });

  describe('on this machine', () => {
    const machine = new Machine(processes);
    let pod: Pod;
    let folder: string;
    const counts = async () => {
      // A process that is new is looked at in the scrape that finds it.
      const values = await machine.valuesOf(pod);
      return Object.fromEntries(
        Object.entries(values)
          .filter(([name, value]) => value > 0 && /processes /.test(name))
          .map(([name, value]) => [name.replace(/^(suspicious_)?processes /, ''), value]),
      );
    };

    before(needsPods);

    beforeEach(async () => {
      pod = new Pod();
      await pod.do('ready');
      folder = mkdtempSync('/var/lib/kubevigil-test-');
      chmodSync(folder, 0o755);
    });

    afterEach(async () => {
      await pod.end();
      rmSync(folder, { recursive: true });
    });

    after(() => machine.close());

    it('counts states, each moved by its own cause', async () => {
      // The pod's first process is root's, with all capabilities.
      expect(await counts()).to.deep.equal({ sleeping: 1, elevated_container: 1 });
      await pod.do('sleep', 'sleep', 'spin', 'zombie', 'stop');
      const { sleeping, running, zombie, other } = await counts();
      expect({ sleeping, running, zombie, other }).to.deep.equal({
        sleeping: 3,
        running: 1,
        zombie: 1,
        other: 1,
      });
      await pod.do('end');
      expect(await counts()).to.deep.equal({ sleeping: 1, elevated_container: 1 });
    });

    it('counts a process that waits uninterruptibly as blocked', async function () {
      if (process.arch !== 'x64') this.skip();
      await pod.do('blocked');
      expect(await counts()).to.include({ blocked: 1, sleeping: 2 });
    });

    it('is not fooled by names', async () => {
      await pod.do('rename a) Z 1 (b', 'rename ) R', 'rename x\\nState: Z', 'rename (((((((((((((((');
      expect(await counts()).to.deep.equal({ sleeping: 5, elevated_container: 5 });
    });

    it('sees an executable without a link, and not one that is only called deleted', async () => {
      const program = join(folder, 'implant');
      const decoy = join(folder, 'implant (deleted)');
      for (const path of [program, decoy]) copyFileSync(SLEEP, path);
      await pod.do(`exec ${program} 600`);
      expect(await counts())
        .to.include({ elevated_container: 2 })
        .and.not.have.property('deleted_exe');
      rmSync(program);
      expect(await counts()).to.include({ deleted_exe: 1, elevated_container: 1 });
      await pod.do('end', `exec ${decoy.replace(' ', '\\x20')} 600`);
      expect(await counts())
        .to.include({ elevated_container: 2 })
        .and.not.have.property('deleted_exe');
    });

    it('sees an executable in memory, and not a script that was read', async () => {
      await pod.do(`memfd ${SLEEP} 600`);
      expect(await counts())
        .to.include({ memfd_exe: 1, sleeping: 2 })
        .and.not.have.property('deleted_exe');
    });

    it('sees an executable in a temporary folder', async () => {
      const temporary = mkdtempSync('/tmp/kubevigil-test-');
      try {
        chmodSync(temporary, 0o755);
        copyFileSync(SLEEP, join(temporary, 'implant'));
        await pod.do(`exec ${join(temporary, 'implant')} 600`);
        expect(await counts()).to.include({ temp_exe: 1, elevated_container: 1 });
        await pod.do('end', `run cp ${SLEEP} ${folder}/ordinary`, `exec ${folder}/ordinary 600`);
        expect(await counts()).not.to.have.property('temp_exe');
      } finally {
        rmSync(temporary, { recursive: true });
      }
    });

    it('sees a traced process', async () => {
      await pod.do('traced', 'sleep');
      expect(await counts()).to.include({ traced: 1, elevated_container: 2 });
    });

    it('sees capabilities beyond the default, and not those in a user namespace of one’s own', async () => {
      await pod.do(`exec ${AS_NOBODY} ${SLEEP} 600`);
      expect(await counts()).to.deep.equal({ sleeping: 2, elevated_container: 1 });
      await pod.do(`exec ${AS_NOBODY} /usr/bin/unshare --user --map-root-user ${SLEEP} 600`);
      expect(await counts()).to.deep.equal({ sleeping: 3, elevated_container: 1 });
    });
  });
});
