import { malformed } from '../base/errors.ts';

/** What is wanted of `/proc/<pid>/status`. */
export interface ProcessStatus {
  readonly traced: boolean;
  /** The permitted capabilities as a bit set: what the process can make effective at any moment. */
  readonly capabilities: bigint;
}

/** The rest of the line that begins with the field's name; empty where there is none. */
function field(text: string, name: string): string {
  const mark = `\n${name}:\t`;
  const at = text.indexOf(mark);
  return at < 0 ? '' : text.slice(at + mark.length, text.indexOf('\n', at + 1));
}

/**
 * Parses `/proc/<pid>/status`. The name in its first line is the process's to choose, but the kernel escapes its
 * newlines, so that it cannot forge a line.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 * @throws {SourceError} `malformed`
 */
export function parseStatus(text: string, path: string): ProcessStatus {
  const tracer = field(text, 'TracerPid');
  const permitted = field(text, 'CapPrm');
  if (!/^\d+$/.test(tracer) || !/^[0-9a-f]+$/.test(permitted)) {
    throw malformed(path, 'lines "TracerPid:" and "CapPrm:"', text);
  }
  return { traced: Number(tracer) !== 0, capabilities: BigInt(`0x${permitted}`) };
}

/**
 * The widest set that a runtime gives to a container that asks for nothing, that of Docker and containerd: chown,
 * dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, mknod,
 * audit_write, setfcap. CRI-O's and Podman's are parts of it.
 */
const RUNTIME_DEFAULT = 0xa80425fbn;

/** Whether the capabilities go beyond what container runtimes give by default. */
export function isElevated(capabilities: bigint): boolean {
  return (capabilities & ~RUNTIME_DEFAULT) !== 0n;
}
