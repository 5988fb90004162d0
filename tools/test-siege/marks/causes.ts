/** Makes the marked events happen. */
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { type Cell, type Cells, LOG_LABEL, logFolderOf, NAMESPACE, podOf } from '../cells.ts';
import type { Happened } from './account.ts';
import { Actor } from './actor.ts';
import type { Mark } from './plan.ts';
import { logMark, markFolder, markPort, markProgram, rulesOf } from './rules.ts';

/** As little as an API server takes to tell of a new container, and a kubelet to tell that one is gone. */
const NAMED_AFTER_MS = 1_000;
const GONE_AFTER_MS = 3_000;
const SHORT_ID = 12;
/** What a request of 100m is worth. */
const SHARES = 102;

/** Where pods are made known. */
export interface Cluster {
  put(pod: V1Pod): void;
  delete(uid: string): void;
}

interface Marked {
  readonly cell: Cell;
  readonly actor: Actor;
}

const shortId = (id: string) => id.slice(0, SHORT_ID);

function ownersOf({ podUid, containerId, pod, container }: Cell): { pod: string[]; container: string[] } {
  return {
    pod: [`${NAMESPACE}/${pod}/`, `/${shortId(podUid)}/`],
    container: [`${NAMESPACE}/${pod}/${container}`, `//${shortId(containerId)}`],
  };
}

export class Causes {
  readonly happened: Happened[] = [];
  readonly #folder: string;
  readonly #cells: Cells;
  readonly #cluster: Cluster;
  readonly #marked: Marked[] = [];
  readonly #shortLived = new Set<Promise<void>>();
  /** Why a container that lived for a moment could not be taken away. */
  #failure: unknown;

  constructor(folder: string, cells: Cells, cluster: Cluster) {
    this.#folder = folder;
    this.#cells = cells;
    this.#cluster = cluster;
  }

  /** Makes the marked containers, and what their rules name. */
  prepare(count: number): void {
    mkdirSync(join(this.#folder, 'marks'), { recursive: true });
    for (const rule of rulesOf('exec')) copyFileSync('/bin/true', markProgram(this.#folder, rule));
    for (const rule of rulesOf('file')) mkdirSync(markFolder(this.#folder, rule), { recursive: true });
    for (let i = 0; i < count; i++) {
      const cell = this.#cells.make(`marked-${i}`, 'burstable', SHARES);
      const logs = this.#logFolder(cell);
      mkdirSync(logs, { recursive: true });
      writeFileSync(join(logs, '0.log'), '');
      this.#cluster.put(podOf(cell, LOG_LABEL));
      this.#marked.push({ cell, actor: new Actor(cell) });
    }
  }

  /** @throws {Error} when it could not be done, which is not the exporter's fault */
  async cause(mark: Mark): Promise<void> {
    const { kind, rule, number, container } = mark;
    if (container === undefined) return this.#causeInShortLived(mark);
    const marked = this.#marked[container];
    if (marked === undefined) throw new Error(`there is no marked container ${container}`);
    const { cell, actor } = marked;
    const owners = ownersOf(cell);
    switch (kind) {
      case 'exec':
        await actor.do(`${number % 2 === 0 ? 'exec' : 'orphan'} ${markProgram(this.#folder, rule)}`);
        this.happened.push({ kind, rule, owners: owners.container });
        return;
      case 'connection':
        await actor.do(`connect 127.200.${Math.floor(number / 200)}.${1 + (number % 200)} ${markPort(rule)}`);
        this.happened.push({ kind, rule, owners: owners.pod });
        return;
      case 'file':
        writeFileSync(join(markFolder(this.#folder, rule), `mark-${number}`), '');
        this.happened.push({ kind, rule, owners: ['//'] });
        return;
      case 'log':
        appendFileSync(
          join(this.#logFolder(cell), '0.log'),
          `${new Date().toISOString()} stdout F ${logMark(rule)}\n`,
        );
        this.happened.push({ kind, rule, owners: owners.container });
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#shortLived);
    for (const { actor } of this.#marked.splice(0)) await actor.end();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #logFolder(cell: Cell): string {
    return join(this.#folder, 'log', 'pods', logFolderOf(cell));
  }

  /** In a container that is there for that alone: nobody knows it by name when it happens. */
  async #causeInShortLived({ kind, rule, number }: Mark): Promise<void> {
    const cell = this.#cells.make(`short-${number}`, 'burstable', SHARES);
    const actor = new Actor(cell);
    await actor.do(`exec ${markProgram(this.#folder, rule)}`);
    this.happened.push({ kind, rule, owners: ownersOf(cell).container });
    const rest = async () => {
      await sleep(NAMED_AFTER_MS);
      this.#cluster.put(podOf(cell));
      await actor.end();
      await this.#cells.remove(cell);
      await sleep(GONE_AFTER_MS);
      this.#cluster.delete(cell.podUid);
    };
    const done: Promise<void> = rest()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#shortLived.delete(done));
    this.#shortLived.add(done);
  }
}
