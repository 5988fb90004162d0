import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cgroup } from '../../../exporter/extractors/cgroup.ts';
import { NodeViews } from '../../../exporter/owners/node-view.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost, fixturePaths } from '../../support/fixture-host.ts';
import { Pod, podSuite } from '../../support/pod.ts';
import { skip } from '../../support/skip.ts';

const POD =
  'fs/cgroup/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0a7cf1d2_7a41_4a6e_8a53_0b7e5b1b9c22.slice';

describe('cgroup', () => {
  it('reads recorded v2 controllers; only disks count, not what lies on them', async () => {
    const { samples, errors } = await extractOnce(cgroup, fixtureHost());
    const ofNginx = seriesLines(samples).filter((line) => line.includes('nginx'));
    const labels = 'namespace="shop",pod="web-0",container="nginx"';
    expect(errors).to.deep.equal([]);
    expect(ofNginx).to.deep.equal([
      `kubevigil_cpu_throttled_seconds_total{${labels}} 4.56789`,
      `kubevigil_container_cpu_seconds_total{${labels}} 812.345678`,
      `kubevigil_container_memory_working_set_bytes{${labels}} 41385984`,
      `kubevigil_container_disk_bytes_total{direction="read",${labels}} 90112`,
      `kubevigil_container_disk_bytes_total{direction="write",${labels}} 299008000`,
    ]);
  });

  describe('on a recorded host that changes', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
      cpSync(fixturePaths().sysfs, folder, { recursive: true, verbatimSymlinks: true });
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    const containers = async (state: Parameters<typeof cgroup.extract>[1]) => {
      const host = new NodeViews({ ...fixturePaths(), sysfs: folder }).open();
      const { samples, errors } = await extractOnce(cgroup, host, state);
      const found = new Set(samples.map(({ labels }) => labels['container']));
      return { found: [...found].sort(), errors, samples };
    };

    it('notices a container that takes the place of another', async () => {
      const state = { hierarchies: undefined, mounted: new Map(), trees: new Map(), sums: new Map() };
      expect((await containers(state)).found).to.include('c3c3c3c3c3c3');
      const [before, after] = ['c3', 'd4'].map((byte) => `cri-containerd-${byte.repeat(32)}.scope`);
      cpSync(join(folder, POD, `${before}`), join(folder, POD, `${after}`), { recursive: true });
      rmSync(join(folder, POD, `${before}`), { recursive: true });
      await containers(state);
      const { found } = await containers(state);
      expect(found).to.include('d4d4d4d4d4d4').and.not.include('c3c3c3c3c3c3');
    });

    it('keeps what a container wrote to a disk that is detached, and counts on', async () => {
      const state = { hierarchies: undefined, mounted: new Map(), trees: new Map(), sums: new Map() };
      const disks = join(folder, POD, `cri-containerd-${'c3'.repeat(32)}.scope`, 'io.stat');
      for (const device of ['8:16', '8:32'])
        mkdirSync(join(folder, 'dev/block', device, 'device'), { recursive: true });
      const line = (device: string, bytes: number) => `${device} rbytes=0 wbytes=${bytes} rios=0 wios=1\n`;
      const written = async (...lines: string[]) => {
        writeFileSync(disks, lines.join(''));
        const { samples } = await containers(state);
        return samples.find(
          ({ metric, labels }) =>
            metric.name === 'kubevigil_container_disk_bytes_total' &&
            labels['container'] === 'c3c3c3c3c3c3' &&
            labels['direction'] === 'write',
        )?.value;
      };
      expect(await written(line('8:16', 9000), line('8:32', 800))).to.equal(9800);
      expect(await written(line('8:16', 9001))).to.equal(9801);
      expect(await written()).to.equal(9801);
      expect(await written(line('8:32', 5)), 'a disk of the same number, or the same one').to.equal(9806);
    });

    it('leaves out what a container does not have, and says what is not as it should be', async () => {
      const container = join(folder, POD, `cri-containerd-${'c3'.repeat(32)}.scope`);
      rmSync(join(container, 'io.stat'));
      writeFileSync(join(container, 'cpu.stat'), 'usage_usec 7\n');
      const state = { hierarchies: undefined, mounted: new Map(), trees: new Map(), sums: new Map() };
      const { samples, errors } = await containers(state);
      const own = seriesLines(samples).filter((line) => line.includes('c3c3c3'));
      expect(errors).to.deep.equal([]);
      expect(own.map((line) => line.replace(/\{.*/, ''))).to.deep.equal([
        'kubevigil_container_cpu_seconds_total',
        'kubevigil_container_memory_working_set_bytes',
      ]);
      appendFileSync(join(container, 'memory.current'), 'more\n');
      const broken = await containers(state);
      expect(broken.errors.map(({ code }) => code)).to.deep.equal(['malformed']);
      expect(seriesLines(broken.samples).join()).to.contain(
        'working_set_bytes{namespace="",pod="",container="a7a7',
      );
    });
  });

  describe('on this machine', () => {
    const suite = podSuite(cgroup, 'ready');

    it('finds a new container, and loses it when it is gone', async () => {
      const values = await suite.values();
      if (Object.keys(values).length === 0) expect.fail('the container is not there');
      const other = new Pod();
      await other.do('ready');
      expect(await suite.machine.valuesOf(other)).to.have.keys(Object.keys(values));
      await other.end();
      expect(await suite.machine.valuesOf(other)).to.deep.equal({});
    });

    /** Has the pod use a CPU until the agent tells of that; a busy machine gives it less of one. */
    const spin = async () => {
      await suite.pod.do('spin');
      return waitFor('some use of a CPU', async () => {
        const values = await suite.values();
        return (values['container_cpu_seconds_total'] ?? 0) >= 0.1 && values;
      });
    };

    it('counts the CPU time of the container that used it', async function () {
      if (suite.pod.cgroup('cpuacct') === undefined) skip(this, 'no such v1 controller');
      const other = new Pod();
      await other.do('ready');
      await spin();
      for (const pod of [suite.pod, other]) {
        const kernelSays = () =>
          Number(readFileSync(join(pod.cgroup('cpuacct') ?? '', 'cpuacct.usage'), 'utf8')) / 1e9;
        const before = kernelSays();
        const seconds = (await suite.machine.valuesOf(pod))['container_cpu_seconds_total'];
        expect(seconds).to.be.within(before, kernelSays());
      }
      await other.end();
    });

    it('counts the time that a CPU limit took, and none without a limit', async function () {
      const folder = suite.pod.cgroup('cpu');
      if (folder === undefined || !existsSync(join(folder, 'cpu.cfs_quota_us')))
        skip(this, 'no v1 CPU limits');
      expect(await spin()).to.include({ cpu_throttled_seconds_total: 0 });
      writeFileSync(join(folder, 'cpu.cfs_quota_us'), '5000');
      await waitFor(
        'time that the limit took',
        async () => ((await suite.values())['cpu_throttled_seconds_total'] ?? 0) >= 0.05,
      );
    });

    it('counts memory that is in use, and not the pages of a file that was read', async function () {
      if (suite.pod.cgroup('memory') === undefined) skip(this, 'no such v1 controller');
      const workingSet = async () =>
        (await suite.values())['container_memory_working_set_bytes'] ?? Number.NaN;
      const before = await workingSet();
      const file = join(mkdtempSync('/var/lib/kubevigil-test-'), 'file');
      try {
        await suite.pod.do(`run dd if=/dev/zero of=${file} bs=1M count=24 conv=fsync status=none`);
        expect((await workingSet()) - before).to.be.below(12 * 2 ** 20);
        await suite.pod.do('memory 32');
        expect((await workingSet()) - before).to.be.at.least(32 * 2 ** 20);
      } finally {
        rmSync(join(file, '..'), { recursive: true });
      }
    });

    it('counts what is written to a disk, and not what stays in memory', async function () {
      const cgroupFolder = suite.pod.cgroup('blkio');
      if (cgroupFolder === undefined) skip(this, 'no such v1 controller');
      const written = async () => (await suite.values())['container_disk_bytes_total write'];
      const folder = mkdtempSync('/var/lib/kubevigil-test-');
      // Newer kernels count on v1 only where there is a limit; this one is out of reach.
      const [disk] = readdirSync('/sys/block').filter((name) => existsSync(`/sys/block/${name}/device`));
      const device = readFileSync(`/sys/block/${disk}/dev`, 'utf8').trim();
      writeFileSync(join(cgroupFolder, 'blkio.throttle.write_bps_device'), `${device} 100000000000`);
      try {
        expect((await written()) ?? 0).to.equal(0);
        await suite.pod.do('run dd if=/dev/zero of=/dev/null bs=1M count=8 status=none');
        expect((await written()) ?? 0).to.equal(0);
        await suite.pod.do(`run dd if=/dev/zero of=${folder}/file bs=64k count=16 oflag=direct status=none`);
        expect(await written()).to.be.at.least(16 * 65_536);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});
