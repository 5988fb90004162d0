import { SourceError } from '../base/errors.ts';
import type { NodeView } from '../owners/node-view.ts';
import { type NetworkNamespace, networkNamespaces } from './namespaces.ts';

/** What was read of the network namespaces, one by one. */
export interface EachNamespace<T> {
  readonly read: ReadonlyMap<NetworkNamespace, T>;
  /** Namespaces whose process ended while they were read. */
  readonly unread: readonly NetworkNamespace[];
  readonly errors: readonly SourceError[];
  /** When the youngest process that was ever seen started. */
  readonly newestTicks: number;
}

/** Process 1 always exists: where it is not to be seen, procfs hides the processes of other users. */
function hidden(cause: SourceError): SourceError {
  const message = `${cause.path}: process 1 is hidden (hidepid)`;
  return new SourceError('unreadable', cause.path, message, { cause });
}

/**
 * Reads something of every network namespace; trouble with one of them takes nothing from the others.
 *
 * @throws {SourceError} when there is no procfs, or when the host's own namespace does not have it
 */
export function readEach<T>(host: NodeView, read: (namespace: NetworkNamespace) => T): EachNamespace<T> {
  const { list, errors: denied, newestTicks } = networkNamespaces(host);
  const values = new Map<NetworkNamespace, T>();
  const unread: NetworkNamespace[] = [];
  const errors = [...denied];
  for (const namespace of list) {
    try {
      values.set(namespace, read(namespace));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (namespace.isHost && error.code === 'absent') throw host.exists('proc/1') ? error : hidden(error);
      if (error.code === 'absent') unread.push(namespace);
      else {
        host.unseen.noteErrors('namespace_unread', [error]);
        errors.push(error);
      }
    }
  }
  return { read: values, unread, errors, newestTicks };
}
