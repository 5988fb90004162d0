import { basename } from 'node:path/posix';
import { absolutePath, placeOf } from './exec-path.ts';

/** The dynamic loader by the names that glibc and musl give it: `ld-linux-x86-64.so.2`, `ld-musl-aarch64.so.1`, `ld-2.31.so`. */
const LOADER = /^ld(64|-linux[\w-]*|-musl-[\w-]+|-\d[\d.]*)?\.so(\.\d+)*$/;

/** Options that are followed by a value, and those with which nothing is started. */
const WITH_VALUE: readonly string[] = [
  '--argv0',
  '--audit',
  '--glibc-hwcaps-mask',
  '--glibc-hwcaps-prepend',
  '--inhibit-rpath',
  '--library-path',
  '--preload',
];
const STARTS_NOTHING: readonly string[] = [
  '--help',
  '--list',
  '--list-diagnostics',
  '--list-tunables',
  '--verify',
  '--version',
];

/** Whether a path is that of the dynamic loader, which starts the program that it is given: `/lib64/ld-linux-x86-64.so.2 /tmp/x`. */
export function isLoader(path: string): boolean {
  // This is asked of every program that starts.
  return path.includes('.so') && LOADER.test(basename(path));
}

/**
 * The program that a loader starts, as it was written; undefined when it starts none, as for ldd.
 *
 * @param args of the loader, its own name first
 * @see ld.so(8)
 * @internal exported for its own tests
 */
export function programOfLoader(args: readonly string[]): string | undefined {
  for (let i = 1; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') return args[i + 1];
    if (!arg.startsWith('--')) return arg;
    if (STARTS_NOTHING.includes(arg)) return undefined;
    if (WITH_VALUE.includes(arg)) i++;
  }
  return undefined;
}

/**
 * The canonical path of the program that a loader starts in `pid`; undefined when it starts none, and when the path leads on
 * from a working directory that is not known any more.
 *
 * @param args of the loader, its own name first
 */
export function pathByLoader(procfs: string, pid: number, args: readonly string[]): string | undefined {
  const program = programOfLoader(args);
  if (program === undefined) return undefined;
  const { workingDirectory } = placeOf(procfs, pid);
  return absolutePath(program, { executable: undefined, workingDirectory });
}
