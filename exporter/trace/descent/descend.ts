/**
 * Who started a program in a container: the image's own entry point, a service that came of it, its cron, or somebody from outside.
 *
 * The beginning of a container is its image's: entry points are shell scripts that start more of them. It is over when anything in the
 * container listens for TCP, for until then nobody can have reached it, and at the latest after {@link LONGEST_START_NS}. From then on an
 * entry point's script may start programs (an unbroken chain of shells, all since the beginning), and cron's jobs are cron's; what any other
 * program starts, a `service` started: a web server that starts a shell is what an intruder makes it do.
 *
 * Nothing that goes on in a container makes a program of it look as if it came from outside: that the trace tells by where the maker of its
 * process ran. In doubt nothing is taken for the image's own.
 */
import { isCronName } from './names.ts';
import type { ContainerLife, Descent, Injection, Program } from './program.ts';

/**
 * How long an entry point that does not listen may take.
 *
 * @internal exported for tests
 */
export const LONGEST_START_NS = 30e9;

/** A program that is being started in a container. */
export interface Start {
  readonly path: string;
  readonly pid: number;
  readonly timeNs: number;
  /** What its process ran before, or the process's maker if it has run nothing of its own yet; undefined when that is not known. */
  readonly before: Program | undefined;
  /** The process of the host that had it started, for what comes from outside. */
  readonly launcher: number | undefined;
}

/** Where a program comes from. */
export type Origin = Pick<Program, 'descent' | 'injection'>;

/** Whether a container is still in its beginning. */
export function isStarting({ beganNs, listensNs }: ContainerLife, timeNs: number): boolean {
  if (beganNs === undefined) return true;
  return timeNs - beganNs < LONGEST_START_NS && (listensNs === undefined || timeNs < listensNs);
}

function afterStart(before: Program): Descent {
  if (isCronName(before.path)) return 'cron';
  return before.isShell ? 'entrypoint' : 'service';
}

/** From outside: the first is the entry point, as is what the same hand starts in the beginning. */
function entered(life: ContainerLife, { path, pid, timeNs, launcher }: Start): Origin {
  if (life.beganNs === undefined) {
    life.beganNs = timeNs;
    life.creator = launcher;
    return { descent: 'entrypoint', injection: undefined };
  }
  if (launcher !== undefined && launcher === life.creator && isStarting(life, timeNs)) {
    return { descent: 'entrypoint', injection: undefined };
  }
  const injection: Injection = { path, pid, timeNs, launcher };
  return { descent: 'exec', injection };
}

/**
 * Where a program in a container comes from.
 *
 * @param life of the container; takes note of its beginning
 */
export function descend(life: ContainerLife, start: Start): Origin {
  const { before, timeNs } = start;
  if (before === undefined) return { descent: 'unknown', injection: undefined };
  if (before.life !== life) return entered(life, start);
  const { descent, injection } = before;
  if (descent !== 'entrypoint' || isStarting(life, timeNs)) return { descent, injection };
  return { descent: afterStart(before), injection: undefined };
}
