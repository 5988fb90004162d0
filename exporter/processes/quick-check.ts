import type { SourceError } from '../base/errors.ts';
import type { StatLink } from './careful-stat.ts';

const TRACER = Buffer.from('\nTracerPid:\t');
const CAPABILITIES = Buffer.from('\nCapPrm:\t');
const CAPABILITY_DIGITS = 16;
const LONGEST_PID = 8;

/**
 * A text that changes with the tracer and the permitted capabilities, two of the things that {@link inspect} looks at.
 *
 * @param status text of a process's `status`
 */
export function credentials(status: Buffer): string {
  const tracer = status.indexOf(TRACER) + TRACER.length;
  const permitted = status.indexOf(CAPABILITIES) + CAPABILITIES.length;
  const tracerPid = status.toString('latin1', tracer, tracer + LONGEST_PID);
  return `${tracerPid} ${status.toString('latin1', permitted, permitted + CAPABILITY_DIGITS)}`;
}

/**
 * A text that changes with which file the executable is and whether it has a link.
 *
 * @param procFolder `/proc/<pid>`, as seen from here
 * @param name what errors call that folder
 */
export function executableVersion(procFolder: string, name: string, stat: StatLink): string {
  try {
    const file = stat(procFolder, 'exe', name);
    return file === undefined ? 'none' : `${file.dev} ${file.ino} ${file.nlink}`;
  } catch (error) {
    // Whatever it is, it is told apart from another; the full look reports it.
    return (error as SourceError).code;
  }
}
