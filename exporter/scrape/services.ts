import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from '../../common/log.ts';
import type { ProcessEvents } from '../events/process-events.ts';
import type { EventBook } from '../evidence/event-book.ts';
import type { HostFiles } from '../files/host-files.ts';
import type { HostPaths } from '../host/host.ts';
import type { HangGuard } from '../kernel/hang-guard.ts';
import type { Unseen } from '../kernel/unseen.ts';
import type { PodWatch } from '../kubernetes/pod-watch.ts';
import type { NodeView } from '../owners/node-view.ts';
import type { RuleBook } from '../rules/rule-book.ts';

/** What extractors that live longer than one scrape are given when they open. */
export interface Services {
  readonly paths: HostPaths;
  /** The host as it is at this moment. */
  readonly openView: () => NodeView;
  readonly guard: HangGuard;
  readonly unseen: Unseen;
  readonly hostFiles: HostFiles;
  readonly rules: RuleBook;
  readonly logger: Logger;
  /** Makes a record of each match. */
  readonly evidence: EventBook;
  /** What happens in the processes of this node; the source is opened by the first who asks. */
  readonly events: () => ProcessEvents;
  /** This node's pods as far as they are known; none without Kubernetes. */
  readonly pods: () => readonly V1Pod[];
  /** Follows this node's pods; undefined without Kubernetes. */
  readonly podWatch: PodWatch | undefined;
}
