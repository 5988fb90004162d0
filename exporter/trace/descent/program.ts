/**
 * How a program in a container came to be started, as far as the trace tells; which of the programs that the runtime was asked to
 * start from outside (`exec`) are a pod's probes and hooks, only the pod's specification tells.
 */
export type Descent = 'entrypoint' | 'service' | 'cron' | 'exec' | 'unknown';

/** The life of a container, of which a part is known. */
export interface ContainerLife {
  /** When its first program was started, on CLOCK_MONOTONIC; undefined while none was. */
  beganNs: number | undefined;
  /** The process of the host that started it, by whose hand more of the beginning can come (a hook of the runtime's); undefined: not seen. */
  creator: number | undefined;
  /** When a process of it first listened for TCP. */
  listensNs: number | undefined;
}

/** A program that the runtime was asked to start in a container that had begun already; what it starts in turn shares this. */
export interface Injection {
  readonly path: string;
  readonly pid: number;
  readonly timeNs: number;
  /** The process of the host that was asked, such as `runc exec`; undefined when that was not seen. */
  readonly launcher: number | undefined;
}

/** What a process runs since it executed something. Processes that it makes run the same until they execute something. */
export interface Program {
  /** As it was given to execve(2); of what runs longer than the trace, its executable. One character per byte. */
  readonly path: string;
  /** The process that executed it. */
  readonly pid: number;
  /** Undefined on the host. */
  readonly life: ContainerLife | undefined;
  /** Undefined on the host. */
  readonly descent: Descent | undefined;
  readonly injection: Injection | undefined;
  /** Whether it is a shell, or a script that a shell runs; told of an entry point's programs alone. */
  readonly isShell: boolean;
}
