import type { Cgroup } from '../../cgroups/table.ts';
import type { ContainerLife } from './program.ts';

/** More are not on any node; those of containers that are gone are forgotten then. */
const MANY_LIVES = 4_096;

/** The lives of containers, by the text that is each one's own. */
export class ContainerLives {
  readonly #containerOf: (cgroup: Cgroup) => string | undefined;
  readonly #lives = new Map<string, ContainerLife>();
  /** Null for the host's: this is asked of each program that starts. */
  #byCgroup = new WeakMap<Cgroup, ContainerLife | null>();

  /** @param containerOf the container that a cgroup belongs to; undefined for the host's */
  constructor(containerOf: (cgroup: Cgroup) => string | undefined) {
    this.#containerOf = containerOf;
  }

  /** Whether it is time to {@link keep} those that are there. */
  get areMany(): boolean {
    return this.#lives.size > MANY_LIVES;
  }

  /** Undefined for the host's cgroups. */
  of(cgroup: Cgroup): ContainerLife | undefined {
    const known = this.#byCgroup.get(cgroup);
    if (known !== undefined) return known ?? undefined;
    const container = this.#containerOf(cgroup);
    const life = container === undefined ? undefined : this.#lifeOf(container);
    this.#byCgroup.set(cgroup, life ?? null);
    return life;
  }

  /** Forgets all others. */
  keep(alive: ReadonlySet<ContainerLife | undefined>): void {
    for (const [container, life] of this.#lives) if (!alive.has(life)) this.#lives.delete(container);
    this.#byCgroup = new WeakMap();
  }

  #lifeOf(container: string): ContainerLife {
    const known = this.#lives.get(container);
    if (known !== undefined) return known;
    const life = { beganNs: undefined, creator: undefined, listensNs: undefined };
    this.#lives.set(container, life);
    return life;
  }
}
