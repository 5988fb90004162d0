import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { waitForChild, watched } from '../../../tools/programs/child.ts';
import { findOciProgram, type OciProgram } from '../../support/oci-programs.ts';
import { ociConfig, type Surroundings, userlandLinks } from './oci.ts';

/**
 * In a mount namespace of its own: tracefs where systemd mounts it, all of that as the node's /sys at `$0`, and for crun,
 * which refuses machines with both versions of cgroups, the second one hidden.
 */
const AS_ON_A_NODE =
  '{ [ -d /sys/kernel/tracing/instances ] || mount -t tracefs none /sys/kernel/tracing; } && mount --rbind /sys "$0" && ' +
  'if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi && exec "$@"';
const run = promisify(execFile);

/** A container that runs. */
export interface Running {
  readonly pid: number;
  /** GET of a path of its port, from within its network namespace. */
  get(port: number, path: string): Promise<string>;
  log(): string;
  stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs containers of pod specs with a real runtime, where tracefs is mounted as on a node. */
export class Pods {
  /** Where the node's /sys is. */
  readonly sys: string;
  readonly #runtime: OciProgram;
  readonly #folder: string;

  private constructor(runtime: OciProgram, folder: string) {
    this.#runtime = runtime;
    this.#folder = folder;
    this.sys = join(folder, 'sys');
    mkdirSync(this.sys);
  }

  /** @throws {Error} one line, why this machine cannot */
  static async open(folder: string): Promise<Pods> {
    return new Pods(await findOciProgram('crun'), folder);
  }

  /** Writes the bundle, and returns the command that runs it to its end. */
  #bundle(pod: V1PodSpec, container: V1Container, around: Surroundings): { bundle: string; args: string[] } {
    const id = `kubevigil-test-${randomBytes(4).toString('hex')}`;
    const bundle = join(this.#folder, id);
    const root = join(bundle, 'rootfs');
    const config = ociConfig(pod, container, around) as { mounts: { destination: string; source: string }[] };
    mkdirSync(join(root, 'app'), { recursive: true });
    for (const [path, target] of userlandLinks()) symlinkSync(target, join(root, path));
    // The runtime makes what is missing, but not below a mount that is read-only.
    for (const { destination, source } of config.mounts) {
      const isFile = existsSync(source) && statSync(source).isFile();
      mkdirSync(join(root, isFile ? dirname(destination) : destination), { recursive: true });
      if (isFile) writeFileSync(join(root, destination), '');
    }
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
    const options = ['--cgroup-manager=disabled', `--root=${join(this.#folder, 'state')}`];
    const crun = [
      this.#runtime.file,
      ...options,
      'run',
      `--bundle=${bundle}`,
      `--pid-file=${bundle}/pid`,
      id,
    ];
    const unshare = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', AS_ON_A_NODE];
    return { bundle, args: [...unshare, this.sys, ...crun] };
  }

  #spawn(args: readonly string[]): { child: ChildProcess; log(): string } {
    const [command = '', ...rest] = args;
    const child = spawn(command, rest, { env: this.#runtime.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
    }
    return { child, log: () => text };
  }

  /** Runs a container to its end: what it wrote, and its exit code. */
  async runToEnd(pod: V1PodSpec, container: V1Container, around: Surroundings) {
    const { child, log } = this.#spawn(this.#bundle(pod, container, around).args);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output: log() };
  }

  /** Starts a container; `waitFor` what it should do. */
  async start(pod: V1PodSpec, container: V1Container, around: Surroundings): Promise<Running> {
    const { bundle, args } = this.#bundle(pod, container, around);
    const { child, log } = this.#spawn(args);
    const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const pid = await waitForChild(watched(child, log), 'the container to run', () => {
      const text = existsSync(join(bundle, 'pid')) ? readFileSync(join(bundle, 'pid'), 'utf8') : '';
      return Number(text) || undefined;
    });
    const script =
      'fetch(process.argv[1]).then(async (answer) => process.stdout.write(await answer.text()))' +
      '.catch((error) => { process.stderr.write(String(error.cause)); process.exitCode = 1; })';
    return {
      pid,
      log,
      async get(port, path) {
        const url = `http://127.0.0.1:${port}${path}`;
        const inside = [`--net=/proc/${pid}/ns/net`, process.execPath, '-e', script, url];
        return (await run('nsenter', inside, { maxBuffer: 64 << 20 })).stdout;
      },
      async stop() {
        process.kill(pid, 'SIGTERM');
        const [code, signal] = await exit;
        return { code, signal };
      },
    };
  }
}
