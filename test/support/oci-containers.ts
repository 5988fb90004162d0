import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ownUserland, userlandLinks } from '../manifests/support/oci.ts';
import { findOciProgram, type OciProgram } from './oci-programs.ts';
import { hierarchies, remove } from './pod.ts';

/** crun refuses machines with both versions of cgroups: the second one hidden, in a mount namespace of its own. */
const ONE_VERSION = 'if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi && exec "$@"';

const CGROUPS = '/sys/fs/cgroup';
const NAMESPACES = ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type }));

/**
 * Runs a program to its end, with a file for what it writes.
 *
 * @throws {Error} what it wrote, when it fails
 */
export async function runToEnd(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  log: string,
): Promise<void> {
  const [file = '', ...args] = command;
  const output = openSync(log, 'w');
  try {
    const child = spawn(file, args, { env, stdio: ['ignore', output, output] });
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${args.at(-1)}: ${signal ?? code}: ${readFileSync(log, 'utf8').trim()}`);
  } finally {
    closeSync(output);
  }
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Containers of one pod, made by a real runtime in cgroups that are shaped as the kubelet shapes them. */
export class OciPod {
  readonly uid = randomUUID();
  readonly name: 'crun' | 'runc';
  readonly #runtime: OciProgram;
  readonly #folder: string;
  readonly #root = `kubevigil-test-${randomBytes(6).toString('hex')}`;

  private constructor(name: 'crun' | 'runc', runtime: OciProgram, folder: string) {
    this.name = name;
    this.#runtime = runtime;
    this.#folder = folder;
  }

  /** @throws {Error} one line, when there is no such runtime */
  static async open(name: 'crun' | 'runc', folder: string): Promise<OciPod> {
    return new OciPod(name, await findOciProgram(name), folder);
  }

  /** The pod's cgroup, from the root of each hierarchy. */
  get path(): string {
    return join('/', this.#root, 'kubepods', 'burstable', `pod${this.uid}`);
  }

  /** The folders of a cgroup in all hierarchies that containers have one in. */
  folders(path: string): string[] {
    return hierarchies().map((mount) => join(mount, path));
  }

  /** Writes a bundle, by default of a program that sleeps; its folder has the container's id as name. */
  bundle(args: readonly string[] = ['sleep', '600']): { readonly id: string; readonly folder: string } {
    const id = randomBytes(32).toString('hex');
    const folder = join(this.#folder, id);
    const rootfs = join(folder, 'rootfs');
    mkdirSync(rootfs, { recursive: true });
    const userland = Object.keys(ownUserland());
    for (const path of ['/proc', '/dev', '/tmp', ...userland])
      mkdirSync(join(rootfs, path), { recursive: true });
    for (const [path, target] of userlandLinks()) symlinkSync(target, join(rootfs, path));
    const config = {
      ociVersion: '1.0.2',
      process: {
        user: { uid: 0, gid: 0 },
        args,
        env: [PATH],
        cwd: '/',
      },
      root: { path: 'rootfs' },
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755', 'size=64k'] },
        {
          destination: '/dev/pts',
          type: 'devpts',
          source: 'devpts',
          options: ['newinstance', 'ptmxmode=0666'],
        },
        ...userland.map((path) => ({
          destination: path,
          type: 'bind',
          source: path,
          options: ['rbind', 'ro'],
        })),
      ],
      linux: { cgroupsPath: join(this.path, id), namespaces: NAMESPACES },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    return { id, folder };
  }

  /** What runs the runtime, followed by its arguments. */
  command(...args: readonly string[]): { readonly command: string[]; readonly env: NodeJS.ProcessEnv } {
    const { file, env } = this.#runtime;
    const alone = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ONE_VERSION, 'sh'];
    return { command: [...alone, file, '--root', join(this.#folder, 'state'), ...args], env };
  }

  /**
   * Runs the runtime to its end, which is not that of a container that it leaves behind and that has its streams.
   *
   * @throws {Error} what it wrote, when it fails
   */
  async do(...args: readonly string[]): Promise<void> {
    const { command, env } = this.command(...args);
    await runToEnd(command, env, join(this.#folder, 'runtime.log'));
  }

  /** Starts a container that sleeps, or that of a bundle; its id. */
  async start({ id, folder } = this.bundle()): Promise<string> {
    await this.do('run', '--detach', '--bundle', folder, '--pid-file', join(folder, 'pid'), id);
    return id;
  }

  /** Has a program started in a container as containerd does it: by a file that describes the process, and is gone afterwards. */
  async execByFile(id: string, args: readonly string[]): Promise<void> {
    const file = join(this.#folder, `process-${randomBytes(6).toString('hex')}`);
    const process = { terminal: false, user: { uid: 0, gid: 0 }, args, env: [PATH], cwd: '/' };
    writeFileSync(file, JSON.stringify(process));
    try {
      await this.do('exec', '--process', file, id);
    } finally {
      rmSync(file);
    }
  }

  /** Ends all processes in the pod, and removes what was made of it. */
  async end(): Promise<void> {
    // A runtime makes cgroups in every hierarchy; where one stays, an exporter would look for containers.
    const mounts = readdirSync(CGROUPS).map((name) => join(CGROUPS, name));
    for (const mount of [CGROUPS, ...mounts]) await removeTree(join(mount, this.#root));
  }
}

/** A cgroup, with its processes and those within it first; not all hierarchies have it. */
async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself
    }
  }
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of below) await removeTree(join(folder, name));
  await remove(folder);
}
