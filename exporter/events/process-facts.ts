import { executableOf } from '../trace/paths/exec-path.ts';
import { textOf } from './bytes.ts';

/** The executable of a process; undefined when it is gone. */
export function programOf(procfs: string, pid: number): string | undefined {
  const path = executableOf(procfs, pid);
  return path === undefined ? undefined : textOf(path);
}
