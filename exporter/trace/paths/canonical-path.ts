/**
 * One spelling for a path, whichever of the many that lead to the same file a caller chose: rules compare texts.
 *
 * Only the text is looked at, no filesystem: a process that is gone has none, and one of a pod's can hang. Links that are not the
 * kernel's own stay as they are.
 */

/** `self`, `thread-self` or a pid: a process in /proc. */
const PROCESS = /^(?:self|thread-self|\d+)$/;
const NUMBER = /^\d+$/;
/** Links of /dev to descriptors. */
const STANDARD: Readonly<Record<string, string>> = { stdin: '0', stdout: '1', stderr: '2' };

/**
 * The length of the beginning of `parts` that names a process: `proc/self`, `proc/12/task/13`; 0 when none does.
 */
function processParts(parts: readonly string[]): number {
  if (parts[0] !== 'proc' || !PROCESS.test(parts[1] ?? '')) return 0;
  return parts[2] === 'task' && NUMBER.test(parts[3] ?? '') ? 4 : 2;
}

/**
 * Follows the kernel's own links at the end of what was walked so far. A `root` is taken for the root itself: whose root it is the
 * text does not tell, and what lies below it has the same name as seen from there.
 *
 * @param workingDirectory absolute; undefined when it is not known
 * @returns undefined when the text does not tell where it leads
 */
function follow(parts: readonly string[], workingDirectory: string | undefined): string[] | undefined {
  const [first, second] = parts;
  if (first === 'dev') {
    if (second === 'fd' && parts.length > 3) return undefined; // as below, as execveat(2) has it
    const descriptor = parts.length === 2 ? STANDARD[second ?? ''] : undefined;
    return descriptor === undefined ? [...parts] : ['dev', 'fd', descriptor];
  }
  const length = processParts(parts);
  if (length === 0) return [...parts];
  const [link, ...rest] = parts.slice(length);
  if (link === 'root' && rest.length === 0) return [];
  if (link === 'cwd' && rest.length === 0)
    return workingDirectory?.startsWith('/') ? partsOf(workingDirectory) : undefined;
  // What lies below a folder that is open: which one it is, only the process knows.
  if (link === 'fd' && rest.length > 1) return undefined;
  // A thread's descriptors are its process's.
  return length === 4 && link !== undefined ? ['proc', second ?? '', link, ...rest] : [...parts];
}

const partsOf = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.');

/** Where `..` leads from what was walked so far; undefined when the text does not tell. */
function parentOf(parts: readonly string[]): string[] | undefined {
  // A link to /proc/self/fd on every Linux.
  if (parts[0] === 'dev' && parts[1] === 'fd') return parts.length === 2 ? ['proc', 'self'] : undefined;
  const length = processParts(parts);
  return length > 0 && parts[length] === 'fd' && parts.length > length + 1 ? undefined : parts.slice(0, -1);
}

/** As {@link canonicalPath}; undefined when a link to what only the process knows is on the way. */
export function resolvedPath(path: string, workingDirectory?: string): string | undefined {
  if (isCanonical(path)) return path;
  let parts: string[] = [];
  for (const part of partsOf(path)) {
    const next = part === '..' ? parentOf(parts) : follow([...parts, part], workingDirectory);
    if (next === undefined) return undefined;
    parts = next;
  }
  return `/${parts.join('/')}`;
}

/**
 * The path without `//`, `.` and `..`, with the kernel's links in /proc and /dev followed (`/proc/self/root`, `/proc/7/task/7/cwd`,
 * `/dev/stdin`), in the order in which the kernel would.
 *
 * @param path absolute, one character per byte
 * @param workingDirectory of the process, absolute; undefined when it is not known
 * @returns the path as it was, but for doubled slashes, where a link to an unknown working directory or an open folder is on the way
 */
export function canonicalPath(path: string, workingDirectory?: string): string {
  return resolvedPath(path, workingDirectory) ?? `/${partsOf(path).join('/')}`;
}

/** Whether a path leads on from a folder that only its process knows: it is relative, or goes by such a link in /proc. */
export function leadsThroughFolder(path: string): boolean {
  return !path.startsWith('/') || resolvedPath(path) === undefined;
}

/** Whether a path can be no other than it is, as nearly all are: this is asked of every program that starts. */
function isCanonical(path: string): boolean {
  return (
    !path.includes('//') &&
    !path.includes('/.') &&
    !path.endsWith('/') &&
    !path.startsWith('/proc/') &&
    !path.startsWith('/dev/fd/') &&
    !path.startsWith('/dev/std')
  );
}
