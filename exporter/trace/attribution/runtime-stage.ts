/**
 * How a container runtime comes into a container, as the trace shows it.
 *
 * runc and its kin move a child of theirs into the container's cgroup, often before that child has executed anything: `/proc/self/exe`, which
 * is the runtime itself, then a sealed copy of it (`/dev/fd/6`, so that the container cannot overwrite the runtime, CVE-2019-5736).
 * From runc 1.2 on the sealed copy is executed at once (`/proc/self/fd/7`). The copy makes the process that at last executes the
 * container's program, in some versions by way of a small program from one more sealed file (runc-dmz). None of these is the container's.
 *
 * @see https://github.com/opencontainers/runc/blob/main/libcontainer/nsenter/README.md
 */

/**
 * What a process has executed since it was made: nothing; the program that made it; a file that it has open, which is such a program's
 * sealed copy; or any program.
 */
export type Stage = 'made' | 'itself' | 'sealed' | 'program';

const ITSELF = /^\/proc\/(self|thread-self)\/exe$/;
/** As the kernel writes execveat(2) of a descriptor, and as Go writes it. Of another process's descriptor no runtime runs anything. */
const OWN_DESCRIPTOR = /^\/(dev\/fd|proc\/(self|thread-self)\/fd)\/\d+$/;

/** Whether a path names a file that the process has open. */
export function isOwnDescriptor(path: string): boolean {
  return mayBeOwn(path) && OWN_DESCRIPTOR.test(path);
}

/** This is asked of every program that starts, of which nearly none is. */
const mayBeOwn = (path: string) => path.startsWith('/proc/') || path.startsWith('/dev/fd/');

/** What a process is in after it has executed `path`. */
export function stageAfter(stage: Stage, path: string): Stage {
  if (stage !== 'made' && stage !== 'itself') return 'program';
  if (!mayBeOwn(path)) return 'program';
  if (OWN_DESCRIPTOR.test(path)) return 'sealed';
  return ITSELF.test(path) ? 'itself' : 'program';
}

/** A memory file as runc and crun name their copy of themselves. */
const COPY = /^\/memfd:[\w.-]+_cloned:\/proc\/self\/exe( \(deleted\))?$/;

const nameOf = (link: string) => link.slice(link.lastIndexOf('/') + 1);

/**
 * Whether what runs in a process is its maker's own program, by the links `/proc/PID/exe` of both.
 *
 * The names alone would prove nothing. They are asked for where the trace has shown already that a process of the host made this one, and
 * speak against a process of the host that starts something else from a descriptor in there.
 */
export function isOwnCopy(executable: string, maker: string): boolean {
  return COPY.test(executable) || nameOf(executable) === nameOf(maker);
}
