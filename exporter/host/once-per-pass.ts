import type { ProcessSnapshot } from '../processes/table.ts';
import type { Host } from './host.ts';

/** What `find` finds in the processes of a host, asked once for all who want it in the same scrape. */
export function oncePerPass<T extends object>(
  find: (host: Host, snapshot: ProcessSnapshot) => T,
): (host: Host) => T {
  const found = new WeakMap<ProcessSnapshot, T>();
  return (host) => {
    const snapshot = host.processes();
    const known = found.get(snapshot) ?? find(host, snapshot);
    found.set(snapshot, known);
    return known;
  };
}
