import type { ProcessSnapshot } from './table.ts';

/** A moment of the node in which its processes can be asked for. */
export interface ProcessView {
  /** All processes. Within one scrape they are gone through once. */
  processes(): ProcessSnapshot;
}

/** What `find` finds in the processes of a view, asked once for all who want it in the same scrape. */
export function oncePerPass<V extends ProcessView, T extends object>(
  find: (view: V, snapshot: ProcessSnapshot) => T,
): (view: V) => T {
  const found = new WeakMap<ProcessSnapshot, T>();
  return (view) => {
    const snapshot = view.processes();
    const known = found.get(snapshot) ?? find(view, snapshot);
    found.set(snapshot, known);
    return known;
  };
}
