import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1PodSpec } from '@kubernetes/client-node';
import { expect } from 'chai';
import { EXTRACTORS } from '../../exporter/extractors/index.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { atBest } from '../support/at-best.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { ROOT } from '../support/paths.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';
import { Pods, type Running } from './support/crun.ts';
import { ownUserland, type Surroundings } from './support/oci.ts';
import { MANIFESTS, needsKubectl, objectOf } from './support/overlays.ts';

const PORT = 24_924;

/** Programs that end at once: whoever looks once a second does not see them. */
const EXECS = 20;

function eventsOf(page: string): number {
  return parseSeries(page).get('kubevigil_exec_events_total') ?? Number.NaN;
}

/** The families of a page. */
function families(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name).sort();
}

/** The families that have a series. */
function present(page: string): Set<string> {
  return new Set([...parseSeries(page).keys()].map((key) => key.replace(/\{.*/, '')));
}

function failing(page: string): string[] {
  return [...parseSeries(page)].flatMap(([key, value]) => {
    const name = /^kubevigil_extractor_success\{extractor="(.*)"\}$/.exec(key)?.[1];
    return name !== undefined && value === 0 ? [name] : [];
  });
}

/** What a runtime makes of a pod that knows no recursive read-only mounts. */
function withoutRecursion(pod: V1PodSpec): V1PodSpec {
  const containers = pod.containers.map((container) => ({
    ...container,
    volumeMounts: container.volumeMounts?.map(({ recursiveReadOnly: _, ...mount }) => mount) ?? [],
  }));
  return { ...pod, containers };
}

describe('the pods as their manifests have them, in a real runtime', () => {
  const newFolder = temporaryFolder();
  const running: (Running | ExporterProcess)[] = [];
  let pods: Pods;
  let seccomp: string;

  before(async function () {
    await needsKubectl.call(this);
    if (process.getuid?.() !== 0) skip(this, 'only root can run containers');
    const refusal = tracefsRefusal(newFolder());
    if (refusal !== undefined) skip(this, refusal);
    seccomp = newFolder();
    const probe = { name: 'probe', command: ['true'] };
    try {
      pods = await Pods.open(newFolder());
      const { code, output } = await pods.runToEnd({ containers: [probe] }, probe, around());
      if (code !== 0) throw new Error(`no container runs here: ${output}`);
    } catch (error) {
      skip(this, String(error));
    }
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });

  const around = (): Surroundings => ({
    volumes: { 'seccomp-profile': configMap(), 'kubelet-seccomp': seccomp, sys: pods.sys },
    image: { ...ownUserland(), '/image/bin/node': process.execPath, '/app': ROOT },
    profile: (name) => JSON.parse(readFileSync(join(seccomp, name.replace('kubevigil/', '')), 'utf8')),
  });
  /** What the kubelet makes of the ConfigMap. */
  const configMap = () => {
    const folder = join(seccomp, '..', `${seccomp.split('/').at(-1)}-config`);
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(MANIFESTS, 'base', 'exporter', 'seccomp.json'), join(folder, 'exporter.json'));
    return folder;
  };

  async function podOf(overlay: string): Promise<V1PodSpec> {
    return (await objectOf(overlay, 'DaemonSet', 'kubevigil-exporter')).spec.template.spec;
  }

  /** Prepares and starts the exporter's pod, as it is written unless `edit` returns another. */
  async function start(overlay: string, edit = (pod: V1PodSpec) => pod): Promise<Running> {
    const pod = edit(await podOf(overlay));
    for (const container of pod.initContainers ?? []) {
      expect(await pods.runToEnd(pod, container, around())).to.deep.equal({ code: 0, output: '' });
    }
    const [container] = pod.containers;
    if (container === undefined) throw new Error(`${overlay}: the pod has no container`);
    const exporter = await pods.start(pod, container, around());
    running.push(exporter);
    await waitFor('the exporter to be ready', () =>
      exporter.get(PORT, '/-/ready').catch(() => {
        if (/"level":"error"/.test(exporter.log())) throw new Error(exporter.log());
        return undefined;
      }),
    );
    return exporter;
  }

  it('the exporter serves all that root serves outside of containers', async () => {
    const tracefs = newFolder();
    const outside = await startExporter(['--kubernetes=off', `--path.tracefs=${tracefs}`], {
      wrap: seeingTracefs(tracefs),
    });
    running.push(outside);
    const inside = await start('.');
    const wanted = await (await fetch(`http://${outside.address}/metrics`)).text();
    const before = eventsOf(await inside.get(PORT, '/metrics'));
    for (let i = 0; i < EXECS; i++) spawnSync('true');
    const page = await inside.get(PORT, '/metrics');
    expect(eventsOf(page) - before).to.be.at.least(EXECS);
    expect(failing(page)).to.deep.equal(failing(wanted));
    // Outside nothing is mounted for the exporter.
    expect(families(page).filter((name) => name !== 'kubevigil_writable_mounts')).to.deep.equal(
      families(wanted),
    );
    expect([...present(wanted)].filter((name) => !present(page).has(name))).to.deep.equal([]);
    // The host's, not the pod's, whose network namespace has a loopback device and nothing else.
    const devices = (text: string) =>
      [...parseSeries(text).keys()].filter((key) =>
        /^kubevigil_(disk|network)_bytes_total|filesystem/.test(key),
      );
    expect(devices(page)).to.deep.equal(devices(wanted));
  });

  it('the exporter has the rights that are written, cannot write, and cannot trace', async () => {
    const { pid } = await start('.');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    // CAP_DAC_READ_SEARCH is 2, CAP_SYS_PTRACE 19; seccomp mode 2 is a filter.
    const both = (2 ** 2 + 2 ** 19).toString(16).padStart(16, '0');
    for (const line of [
      `CapEff:\t${both}`,
      `CapBnd:\t${both}`,
      'NoNewPrivs:\t1',
      'Seccomp:\t2',
      'Uid:\t0\t0\t0\t0',
    ]) {
      expect(status).to.contain(`${line}\n`);
    }
    expect(status)
      .to.match(/CapInh:\t0+\nCapPrm/)
      .and.match(/CapAmb:\t0+\n/);
    const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
    const optionsOf = (path: string) => mounts.findLast((line) => line.split(' ')[4] === path)?.split(' ')[5];
    for (const path of ['/', '/host', '/host/proc', '/host/sys', '/host/sys/kernel/tracing']) {
      expect(optionsOf(path), path).to.match(/^ro\b/);
    }
    expect(optionsOf('/host/sys/kernel/tracing/instances')).to.match(/^rw\b/);
  });

  it('the exporter finds nothing of sysfs that it could write to, and tells where a runtime leaves it', async () => {
    const writable = async (exporter: Running) => {
      const series = parseSeries(await exporter.get(PORT, '/metrics'));
      return ['sysfs', 'tracefs'].map((kind) => series.get(`kubevigil_writable_mounts{kind="${kind}"}`));
    };
    const exporter = await start('.');
    expect(await writable(exporter)).to.deep.equal([0, 0]);
    expect(exporter.log()).not.to.match(/could write to mounts/);
    const older = await start('.', withoutRecursion);
    for (const count of await writable(older)) expect(count).to.be.greaterThan(0);
    expect(older.log()).to.match(/could write to mounts .*"mounts":"\/host\/sys\//);
  });

  it("what has the exporter's rights cannot open the kernel's settings to write to them", async () => {
    const pod = await podOf('.');
    const [container] = pod.containers;
    const settings = '/host/proc/sys/kernel/core_pattern';
    const command = ['sh', '-c', `: <${settings} && : >>${settings}`];
    const securityContext = { ...container?.securityContext, seccompProfile: { type: 'RuntimeDefault' } };
    const probe = { ...container, name: 'probe', command, args: [], securityContext };
    const { code, output } = await pods.runToEnd(pod, probe, around());
    expect(output).to.match(/Read-only file system/);
    expect(code).not.to.equal(0);
  });

  it('its profile denies what SYS_PTRACE would allow', async () => {
    const pod = await podOf('.');
    const [container] = pod.containers;
    const numbers = process.arch === 'arm64' ? { ptrace: 117, read: 270 } : { ptrace: 101, read: 310 };
    // Of itself, which every process may do without a profile: EPERM is 1, ENOSYS 38, 0 no error.
    const attempt = (number: number) => `$! = 0; syscall(${number}, 0, 0, 0, 0); print $! + 0, "\\n";`;
    const command = ['perl', '-e', attempt(numbers.ptrace) + attempt(numbers.read)];
    const outcome = (profile: object) =>
      pods.runToEnd(
        pod,
        {
          ...container,
          name: 'probe',
          command,
          args: [],
          securityContext: { ...container?.securityContext, ...profile },
        },
        around(),
      );
    expect(await outcome({})).to.deep.equal({ code: 0, output: '1\n1\n' });
    const free = await outcome({ seccompProfile: { type: 'RuntimeDefault' } });
    expect(free.output.split('\n')[0]).to.equal('0');
  });

  it('the restricted exporter serves the machine’s own counts, and nothing that fails', async () => {
    const exporter = await start('overlays/restricted');
    await exporter.get(PORT, '/metrics');
    const page = await exporter.get(PORT, '/metrics');
    const status = readFileSync(`/proc/${exporter.pid}/status`, 'utf8');
    expect(status)
      .to.match(/Uid:\t65532\t/)
      .and.match(/CapEff:\t0{16}\n/)
      .and.match(/CapBnd:\t0{16}\n/);
    expect(failing(page)).to.deep.equal([]);
    const pod = await podOf('overlays/restricted');
    const off = (pod.containers[0]?.args ?? []).flatMap(
      (flag) => flag.match(/^--no-extractor\.(.*)$/)?.[1] ?? [],
    );
    const left = EXTRACTORS.map(({ name }) => name).filter((name) => !off.includes(name));
    expect(left).to.have.members(['cpu', 'disk', 'forks', 'memory', 'oom', 'pods', 'pressure', 'rules']);
    for (const name of ['cpu_seconds_total', 'memory_bytes', 'forks_total', 'oom_kills_total']) {
      expect(present(page)).to.include(`kubevigil_${name}`);
    }
  });

  // In the restricted pod it is the first process of its namespace, for which signals have no default.
  for (const overlay of ['.', 'overlays/restricted']) {
    it(`${overlay}: the exporter ends by SIGTERM within two seconds`, async () => {
      const tookMs = await atBest(2_000, 5, async () => {
        const exporter = await start(overlay);
        const fromMs = performance.now();
        running.pop();
        expect(await exporter.stop()).to.include({ code: 0 });
        return performance.now() - fromMs;
      });
      expect(tookMs).to.be.lessThan(2_000);
    });
  }
});
