import { type Host, type HostPaths, openHost } from '../host/host.ts';
import type { HangGuard } from '../kernel/hang-guard.ts';
import { KeptFiles } from '../kernel/kept-files.ts';
import { KernelTexts } from '../kernel/kernel-texts.ts';
import { Unseen } from '../kernel/unseen.ts';
import type { ProcessView } from '../processes/once-per-pass.ts';
import { type ProcessSnapshot, ProcessTable } from '../processes/table.ts';
import { type ContainerNames, NO_NAMES } from './names.ts';

/** The node as the extractors see it in one scrape: its files, its processes, and who knows its containers by name. */
export interface NodeView extends Host, ProcessView {
  readonly names: ContainerNames;
  /** Told of what could not be looked at. */
  readonly unseen: Unseen;
}

/** What of the agent the views need; by default no names are known, and nobody is told of what is unseen. */
interface Helpers {
  readonly names?: ContainerNames | undefined;
  readonly guard?: HangGuard;
  readonly unseen?: Unseen;
}

/** Makes a view for each scrape; what outlives a scrape is kept between them. */
export class NodeViews {
  readonly names: ContainerNames;
  readonly #paths: HostPaths;
  readonly #processes: ProcessTable;
  readonly #texts: KernelTexts;
  readonly #unseen: Unseen;

  constructor(paths: HostPaths, { names = NO_NAMES, guard, unseen = new Unseen() }: Helpers = {}) {
    const files = new KeptFiles(paths.procfs);
    this.#paths = paths;
    this.#unseen = unseen;
    this.#processes = new ProcessTable(paths, files, guard, unseen);
    this.#texts = new KernelTexts(paths.procfs, files);
    this.names = names;
  }

  /** A view for one scrape: what it has read once it remembers. */
  open(): NodeView {
    let snapshot: ProcessSnapshot | undefined;
    return {
      ...openHost(this.#paths, this.#texts),
      names: this.names,
      unseen: this.#unseen,
      processes: () => {
        snapshot ??= this.#processes.scan();
        return snapshot;
      },
    };
  }

  /** Closes the files that are kept open between scrapes. */
  close(): void {
    this.#processes.close();
    this.#texts.close();
  }
}
