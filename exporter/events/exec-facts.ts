import type { RuleEvent, StartedBy } from '../catalogue/events/fields.ts';
import type { DeclaredCommand } from '../owners/declared.ts';
import { type ContainerOwner, podFields, type Whereabouts } from '../owners/owners.ts';
import type { ProcessNow } from '../trace/descent/process-now.ts';
import type { Injection, Program } from '../trace/descent/program.ts';
import type { Launch } from '../trace/launches/launch.ts';
import { canonicalPath } from '../trace/paths/canonical-path.ts';
import { textOf } from './bytes.ts';
import { candidates, injectedBy } from './probes.ts';

const MOST_ARGUMENTS = 64;

/** A program that was started, as the kernel tells it. Paths have one character per byte. */
export interface Exec {
  /** Absolute where that could be told. */
  readonly path: string;
  /** Undefined where they could not be read, or nobody has asked for them yet. */
  readonly args?: readonly string[] | undefined;
  readonly pid?: number;
  readonly timeNs?: number;
  readonly program?: Program | undefined;
  readonly parent?: Program | undefined;
  readonly maker?: number | undefined;
}

/** Where it was started. */
export interface ExecWhereabouts extends Whereabouts {
  readonly owner: ContainerOwner;
  /** What the pod's specification says of the container; each undefined while it is not known. */
  readonly specified?: {
    image(): string | undefined;
    declared(): readonly DeclaredCommand[] | undefined;
  };
}

/** Who can be asked about processes: what costs is asked for when a condition comes to it, and not before. */
export interface ProcessSources {
  /** What /proc shows of the process that executed `path` at `timeNs`. */
  now(pid: number, path: string, timeNs: number): ProcessNow;
  /** The executable of a process; undefined when it is gone. */
  executableOf(pid: number): string | undefined;
  /** What the runtime was told to start; undefined when nobody saw that. */
  launchOf(injection: Injection): Promise<Launch | undefined>;
  /** The arguments of what `pid` executed as `path`; undefined when they cannot be had. */
  argumentsOf(pid: number, path: string): Promise<readonly string[] | undefined>;
}

/**
 * Nobody can be asked.
 *
 * @internal exported for tests
 */
export const NO_SOURCES: ProcessSources = {
  now: () => ({ uid: undefined, tty: undefined, cwd: undefined }),
  executableOf: () => undefined,
  launchOf: async () => undefined,
  argumentsOf: async () => undefined,
};

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/**
 * An exec as conditions see it. Fields that have to be asked for are, when a condition first looks at them. Some answers come later: then
 * {@link isWaiting} is set, the field is absent, and the conditions are to be evaluated again after {@link ask}.
 */
export class ExecFacts implements RuleEvent<'exec'> {
  readonly path: string;
  readonly name: string;
  readonly in_container: boolean | undefined;
  readonly cgroup: string | undefined;
  readonly container: string | undefined;
  readonly pod_namespace: string | undefined;
  readonly pod: string | undefined;
  /** Whether something was looked at that belongs to this one process, so that another of the same program can differ. */
  isOwn = false;
  /** Whether a condition looked at something that {@link ask} can find out. */
  isWaiting = false;
  /** Whether arguments were asked for and could not be had. */
  lacksArguments = false;
  readonly #exec: Exec;
  readonly #where: ExecWhereabouts | undefined;
  readonly #sources: ProcessSources;
  #now: ProcessNow | undefined;
  #launch: Launch | undefined;
  #args: readonly string[] | undefined;
  /** Arguments of what the runtime started, as its process shows them. */
  #injectedArgs: readonly string[] | undefined;
  #wantsArguments = false;
  #isAsked = false;

  constructor(exec: Exec, where: ExecWhereabouts | undefined, sources = NO_SOURCES) {
    this.#exec = exec;
    this.#where = where;
    this.#sources = sources;
    this.path = textOf(exec.path);
    this.name = nameOf(this.path);
    const { in_container, pod_namespace, pod } = podFields(where);
    this.in_container = in_container;
    this.pod_namespace = pod_namespace;
    this.pod = pod;
    this.cgroup = where?.cgroup;
    this.container = where?.owner.container;
    this.#args = exec.args?.map(textOf);
    this.#wantsArguments = exec.args !== undefined;
  }

  get image(): string | undefined {
    if (this.in_container !== true) return this.in_container === false ? '' : undefined;
    return this.#where?.specified?.image();
  }

  get started_by(): StartedBy | undefined {
    if (this.in_container !== true) return this.in_container === false ? '' : undefined;
    const { descent = 'unknown', injection } = this.#exec.program ?? {};
    if (descent !== 'exec' || injection === undefined) return descent;
    const declared = this.#where?.specified === undefined ? [] : this.#where.specified.declared();
    if (declared === undefined) return undefined;
    const possible = candidates(declared, textOf(injection.path));
    if (possible.length > 0 && !this.#isKnown()) return undefined;
    const afterNs = (this.#exec.timeNs ?? 0) - injection.timeNs;
    return injectedBy(possible, { launch: this.#launch, args: this.#injectedArgs, afterNs });
  }

  get args(): readonly string[] | undefined {
    this.isOwn = true;
    if (this.#args !== undefined) return this.#args;
    this.#wantsArguments = true;
    this.#isKnown();
    return this.#args;
  }

  get uid(): bigint | undefined {
    const uid = this.#ofNow().uid ?? this.#ofLaunch()?.uid;
    return uid === undefined ? undefined : BigInt(uid);
  }

  get tty(): boolean | undefined {
    return this.#ofNow().tty ?? this.#ofLaunch()?.terminal;
  }

  get cwd(): string | undefined {
    const { cwd } = this.#ofNow();
    return cwd === undefined ? this.#ofLaunch()?.cwd : textOf(cwd);
  }

  get parent_path(): string | undefined {
    const { parent, maker } = this.#exec;
    if (parent?.path.startsWith('/')) return textOf(canonicalPath(parent.path));
    if (maker === undefined) return undefined;
    this.isOwn = true;
    const executable = this.#sources.executableOf(maker);
    return executable === undefined ? undefined : textOf(executable);
  }

  get parent_name(): string | undefined {
    const path = this.#exec.parent?.path || this.parent_path;
    return path === undefined ? undefined : nameOf(textOf(path));
  }

  /** Finds out what conditions looked at and was not known; after that nothing is waited for any more. */
  async ask(): Promise<void> {
    const { pid, path, program } = this.#exec;
    const injection = program?.injection;
    if (injection !== undefined) {
      this.#launch = await this.#sources.launchOf(injection);
      if (this.#launch === undefined) {
        this.#injectedArgs = (await this.#sources.argumentsOf(injection.pid, injection.path))?.map(textOf);
      }
    }
    if (this.#wantsArguments && this.#args === undefined && pid !== undefined) {
      this.#args = this.#ofOwnLaunch()?.args.slice(0, MOST_ARGUMENTS);
      this.#args ??= (await this.#sources.argumentsOf(pid, path))?.map(textOf);
      this.lacksArguments = this.#args === undefined;
    }
    this.#isAsked = true;
    this.isWaiting = false;
  }

  /** Finds out all that can be, while the process lives. */
  async complete(): Promise<void> {
    this.#ofNow();
    this.#wantsArguments = true;
    if (!this.#isAsked || this.#args === undefined) await this.ask();
  }

  /** Whether all has been asked; if not, it shall be. */
  #isKnown(): boolean {
    this.isOwn = true;
    if (!this.#isAsked) this.isWaiting = true;
    return this.#isAsked;
  }

  #ofNow(): ProcessNow {
    this.isOwn = true;
    const { pid, path, timeNs = 0 } = this.#exec;
    if (pid === undefined) return NO_SOURCES.now(0, '', 0);
    this.#now ??= this.#sources.now(pid, path, timeNs);
    return this.#now;
  }

  /** What the runtime was told, if it was this very program. */
  #ofOwnLaunch(): Launch | undefined {
    const { program } = this.#exec;
    const { injection } = program ?? {};
    return program?.pid === injection?.pid && program?.path === injection?.path ? this.#launch : undefined;
  }

  #ofLaunch(): Launch | undefined {
    if (this.#exec.program?.injection === undefined || !this.#isKnown()) return undefined;
    return this.#ofOwnLaunch();
  }
}
