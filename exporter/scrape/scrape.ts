import type { Logger } from '../../common/log.ts';
import { isHarmless, SourceError } from '../base/errors.ts';
import { agentMetrics } from '../catalogue/agent.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { NodeView } from '../owners/node-view.ts';
import { CpuShares } from './cpu-shares.ts';
import type { Extraction, Extractor } from './extractor.ts';
import { reportOutcome } from './outcomes.ts';
import type { Services } from './services.ts';
import { keepPossible } from './unit-range.ts';

/** An extractor that takes longer goes on beside the next one, so that one that waits holds nobody up. */
const PATIENCE_MS = 50;

/** One extractor at work. */
interface Run {
  readonly startedAt: number;
  /** Undefined when it was done at once, as most are: nobody need wait, and no timer watch it. */
  done: Promise<void> | undefined;
  result: Extraction | undefined;
  endedAt: number | undefined;
  /** It missed the deadline of a scrape: later scrapes do not wait for it. */
  late: boolean;
}

interface Entry {
  readonly extractor: Extractor<unknown>;
  state: unknown;
  cpuMicros: number;
  run: Run | undefined;
  /** Whether it has prepared itself. */
  isOpen: boolean;
}

/** Resolves when the promise settles or the time is up, whichever comes first. */
async function waitAtMost(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}

/** Runs the extractors for each scrape; one that fails or is late takes nothing from the others. */
export class Scraper {
  private readonly entries: readonly Entry[];
  private readonly openView: () => NodeView;
  private readonly logger: Logger;
  private readonly outcomes = new Map<string, string>();
  private services: Services | undefined;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  /** @param openView makes a fresh view of the host for each scrape */
  constructor(extractors: readonly Extractor<unknown>[], openView: () => NodeView, logger: Logger) {
    this.entries = extractors.map((extractor) => ({
      extractor,
      state: undefined,
      cpuMicros: 0,
      run: undefined,
      isOpen: extractor.open === undefined,
    }));
    this.openView = openView;
    this.logger = logger;
  }

  /** Names of the extractors that are enabled. */
  get names(): readonly string[] {
    return this.entries.map(({ extractor }) => extractor.name);
  }

  /**
   * Lets every extractor prepare itself; before the first scrape. One that cannot read what it begins with fails, and
   * tries again at each scrape: the others are not held up, and the agent goes on.
   */
  async open(services: Services): Promise<void> {
    this.services = services;
    for (const entry of this.entries) {
      try {
        await this.openOne(entry, services);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        reportOutcome(this.outcomes, this.logger, entry.extractor.name, [error]);
      }
    }
  }

  /** After the last scrape. */
  async close(): Promise<void> {
    for (const { extractor, state, isOpen } of this.entries) if (isOpen) await extractor.close?.(state);
  }

  private async openOne(entry: Entry, services: Services): Promise<void> {
    entry.state = await entry.extractor.open?.(services);
    entry.isOpen = true;
  }

  /**
   * The samples of this moment, and what the extractors cost. Scrapes at the same time share the extractors' work.
   *
   * @param deadlineMs after this time what is ready is returned, and an extractor that is not has failed
   * @param only names of the extractors to run; all by default
   */
  async scrape(deadlineMs: number, only?: ReadonlySet<string>): Promise<Sample[]> {
    const end = performance.now() + deadlineMs;
    const left = () => Math.max(0, end - performance.now());
    const view = this.openView();
    if (only === undefined) this.lookedAtMs = performance.now();
    const chosen = this.entries.filter(({ extractor }) => only?.has(extractor.name) ?? true);
    const runs: [Entry, Run][] = [];
    const shares = new CpuShares();
    for (const entry of chosen) {
      if (entry.run !== undefined) {
        runs.push([entry, entry.run]);
        continue;
      }
      const run = this.start(entry, view);
      runs.push([entry, run]);
      shares.book(entry, ((run.endedAt ?? performance.now()) - run.startedAt) * 1e3);
      if (run.done === undefined) continue;
      shares.settle();
      await waitAtMost(run.done, Math.min(PATIENCE_MS, left()));
      shares.bookRest(entry);
    }
    shares.settle();
    const awaited = runs
      .filter(([, run]) => run.endedAt === undefined && !run.late)
      .map(([, run]) => run.done);
    if (awaited.length > 0) await waitAtMost(Promise.all(awaited), left());
    return runs.flatMap(([entry, run]) => this.conclude(entry, run));
  }

  /** Has those look that find matches of rules, when nobody has scraped for so long: what they find is recorded, and counted in the next scrape. */
  async lookIfNobodyDid(idleMs: number): Promise<void> {
    if (performance.now() - this.lookedAtMs < idleMs) return;
    const names = this.entries.map(({ extractor }) => extractor).filter(({ findsMatches }) => findsMatches);
    await this.scrape(idleMs, new Set(names.map(({ name }) => name)));
  }

  private start(entry: Entry, view: NodeView): Run {
    const startedAt = performance.now();
    const run: Run = { startedAt, done: undefined, result: undefined, endedAt: undefined, late: false };
    const end = (result: Extraction) => {
      run.result = result;
      run.endedAt = performance.now();
      entry.run = undefined;
    };
    const fail = (error: unknown) => end({ samples: [], errors: [this.asSourceError(entry, error)] });
    try {
      const result = this.extract(entry, view);
      if (result instanceof Promise) {
        entry.run = run;
        run.done = result.then(end, fail);
      } else {
        end('samples' in result ? result : { samples: result, errors: [] });
      }
    } catch (error) {
      fail(error);
    }
    return run;
  }

  private extract(entry: Entry, view: NodeView): ReturnType<Extractor<unknown>['extract']> {
    const { services } = this;
    if (entry.isOpen || services === undefined) return entry.extractor.extract(view, entry.state);
    return this.openAndExtract(entry, services, view);
  }

  private async openAndExtract(entry: Entry, services: Services, view: NodeView): Promise<Extraction> {
    await this.openOne(entry, services);
    const result = await entry.extractor.extract(view, entry.state);
    return 'samples' in result ? result : { samples: result, errors: [] };
  }

  /** A mistake of ours fails one extractor and not the agent; its stack is in the log. */
  private asSourceError({ extractor }: Entry, error: unknown): SourceError {
    if (error instanceof SourceError) return error;
    this.logger.error('Bug in extractor', {
      extractor: extractor.name,
      stack: error instanceof Error ? String(error.stack) : String(error),
    });
    return new SourceError('failed', extractor.name, String(error), { cause: error });
  }

  private conclude({ extractor, cpuMicros: used }: Entry, run: Run): Sample[] {
    const { name } = extractor;
    if (run.result === undefined) run.late = true;
    const { samples, errors } = keepPossible(
      run.result ?? {
        samples: [],
        errors: [new SourceError('failed', name, `${name}: not ready before the scrape's deadline`)],
      },
    );
    reportOutcome(this.outcomes, this.logger, name, errors);
    const success = errors.every(isHarmless);
    const seconds = ((run.endedAt ?? performance.now()) - run.startedAt) / 1e3;
    return [
      ...samples,
      sample(agentMetrics.extractorSuccess, success ? 1 : 0, { extractor: name }),
      sample(agentMetrics.extractorDuration, seconds, { extractor: name }),
      sample(agentMetrics.extractorCpu, used / 1e6, { extractor: name }),
    ];
  }
}
