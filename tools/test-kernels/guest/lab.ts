import { setTimeout as sleep } from 'node:timers/promises';
import { LAB } from '../../guests/inside/places.ts';
import { run, text } from '../../guests/inside/shell.ts';
import { compare, type Origins } from './bounds.ts';
import { Page } from './page.ts';
import { readings } from './readings.ts';

const READY_WITHIN_MS = 180_000;
const PAGE_WITHIN_MS = 60_000;
/** The trace gives its latest 2 ms with the next page. */
const SETTLE_MS = 300;

/** What the extractors' success shall be: all but these read everything. */
type Failing = ReadonlySet<string>;

/** The machine under test: its exporter's pages, and what was wrong with them. */
export class Lab {
  /** What the check that is on has found wrong. */
  problems: string[] = [];
  /** How many values were held against something. */
  compared = 0;
  readonly #failing: Failing;
  readonly #origins: Origins = new Map();
  #before: Page | undefined;

  constructor(failing: Failing) {
    this.#failing = failing;
  }

  /** Starts the exporter and waits until it is ready. */
  async startExporter(): Promise<void> {
    this.#before = undefined;
    this.#origins.clear();
    await run('systemctl', 'restart', 'kubevigil');
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const answer = await fetch(`http://${LAB.address}/-/ready`).catch(() => undefined);
      if (answer?.ok === true) return;
      if (performance.now() > deadline) throw new Error(`not ready: ${text(LAB.log) ?? ''}`);
      await sleep(200);
    }
  }

  /** A page, when what was just caused has had a moment to arrive; its counters must not be below the page before. */
  async page(): Promise<Page> {
    await sleep(SETTLE_MS);
    const page = await this.#fetch();
    if (this.#before !== undefined) this.problems.push(...page.fallenSince(this.#before).slice(0, 3));
    this.#before = page;
    return page;
  }

  /** Says what is wrong unless the two are the same. */
  expect(what: string, found: unknown, wanted: unknown): void {
    this.compared += 1;
    if (found !== wanted) this.problems.push(`${what}: ${String(found)} instead of ${String(wanted)}`);
  }

  /** Says what is wrong unless it holds. */
  require(what: string, holds: boolean): void {
    this.compared += 1;
    if (!holds) this.problems.push(what);
  }

  /** Holds a page between what the kernel says before and after it. */
  async expectBounds(): Promise<void> {
    // First a page that nobody looks at: it is the first after the cause that is expensive.
    await this.page();
    const before = readings();
    const page = await this.#fetch();
    const { compared, wrong } = compare(page, before, readings(), this.#origins);
    this.compared += compared;
    this.problems.push(...wrong);
    this.#before = page;
    this.expectSuccess(page);
  }

  /** Every extractor read everything, but for those of this machine that cannot. */
  expectSuccess(page: Page): void {
    for (const { key, value } of page.series('extractor_success')) {
      const [, name = ''] = /extractor="([^"]*)"/.exec(key) ?? [];
      this.expect(`success of ${name}`, value, this.#failing.has(name) ? 0 : 1);
    }
  }

  async #fetch(): Promise<Page> {
    const answer = await fetch(`http://${LAB.address}/metrics`, {
      signal: AbortSignal.timeout(PAGE_WITHIN_MS),
    });
    return new Page(await answer.text());
  }
}
