import { expect } from 'chai';
import { createLogger } from '../../../common/log.ts';
import { SourceError } from '../../../exporter/base/errors.ts';
import { forksMetrics } from '../../../exporter/catalogue/forks.ts';
import { type Sample, sample } from '../../../exporter/catalogue/model/sample.ts';
import type { Extraction, Extractor } from '../../../exporter/scrape/extractor.ts';
import { Scraper } from '../../../exporter/scrape/scrape.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { services } from '../../support/services.ts';

const PLENTY_MS = 10_000;

function extractor(name: string, extract: Extractor['extract']): Extractor<unknown> {
  return { name, metrics: forksMetrics, extract: (host) => extract(host, undefined) };
}

const works = (name: string) => extractor(name, () => [sample(forksMetrics.forks, 1)]);

function scraperOf(...extractors: Extractor<unknown>[]) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', format: 'logfmt' }, (line) => lines.push(line));
  return { scraper: new Scraper(extractors, () => memoryHost({}), logger), lines };
}

function success(samples: readonly Sample[]): Record<string, number> {
  return Object.fromEntries(
    samples
      .filter(({ metric }) => metric.name === 'kubevigil_extractor_success')
      .map(({ labels, value }) => [labels['extractor'], value]),
  );
}

function forksIn(samples: readonly Sample[]): number {
  return samples.filter(({ metric }) => metric === forksMetrics.forks).length;
}

describe('Scraper', () => {
  it('isolates an extractor that fails, whatever it throws', async () => {
    const { scraper, lines } = scraperOf(
      extractor('denied', () => {
        throw new SourceError('unreadable', 'proc/x', 'proc/x: EACCES');
      }),
      extractor('buggy', () => {
        throw new TypeError('undefined is not a function');
      }),
      works('fine'),
    );
    const samples = await scraper.scrape(PLENTY_MS);
    expect(success(samples)).to.deep.equal({ denied: 0, buggy: 0, fine: 1 });
    expect(forksIn(samples)).to.equal(1);
    expect(lines.join('')).to.contain('extractor=denied code=unreadable error="proc/x: EACCES"');
    expect(lines.join('')).to.contain('msg="Bug in extractor" extractor=buggy stack="TypeError');
  });

  it('goes on without an extractor that cannot prepare itself, and tries again at each scrape', async () => {
    let opened = 0;
    const late: Extractor<unknown> = {
      ...works('late'),
      open: () => {
        if (opened++ < 2) throw new SourceError('malformed', 'proc/x', 'proc/x: expected a mount');
        return { state: 'open' };
      },
      extract: (_, state) => [sample(forksMetrics.forks, state === undefined ? Number.NaN : 7)],
    };
    const { scraper, lines } = scraperOf(late, works('fine'));
    await scraper.open(await services());
    expect(lines.join('')).to.contain('extractor=late code=malformed error="proc/x: expected a mount"');
    const looks = [
      await scraper.scrape(PLENTY_MS),
      await scraper.scrape(PLENTY_MS),
      await scraper.scrape(PLENTY_MS),
    ];
    expect(looks.map(success)).to.deep.equal([
      { late: 0, fine: 1 },
      { late: 1, fine: 1 },
      { late: 1, fine: 1 },
    ]);
    expect([opened, looks.map(forksIn)]).to.deep.equal([3, [1, 2, 2]]);
    await scraper.close();
  });

  it('tells of lines that are left out once, and takes them for no failure', async () => {
    const foreign = new SourceError('foreign', 'proc/x', 'proc/x: left out a line like "?"');
    const { scraper, lines } = scraperOf(
      extractor('odd', () =>
        Promise.resolve({ samples: [sample(forksMetrics.forks, 1)], errors: [foreign] }),
      ),
    );
    for (let i = 0; i < 3; i++) expect(success(await scraper.scrape(PLENTY_MS))).to.deep.equal({ odd: 1 });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain('level=warn').and.contain('left out a line like');
  });

  it('exposes what an extractor got although it did not get everything', async () => {
    const partial: Extraction = {
      samples: [sample(forksMetrics.forks, 1)],
      errors: [new SourceError('failed', 'proc/x', 'proc/x: EIO')],
    };
    const samples = await scraperOf(extractor('partial', async () => partial)).scraper.scrape(PLENTY_MS);
    expect([forksIn(samples), success(samples)]).to.deep.equal([1, { partial: 0 }]);
  });

  it('counts what this kernel does not have as success, and says so once', async () => {
    const { scraper, lines } = scraperOf(
      extractor('old', () => {
        throw new SourceError('absent', 'proc/x', 'proc/x: ENOENT');
      }),
    );
    expect(success(await scraper.scrape(PLENTY_MS))).to.deep.equal({ old: 1 });
    await scraper.scrape(PLENTY_MS);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/level=info .*extractor=old code=absent/);
  });

  it('logs a change and not every scrape', async () => {
    let fails = true;
    const { scraper, lines } = scraperOf(
      extractor('flaky', () => {
        if (fails) throw new SourceError('failed', 'proc/x', `proc/x: EIO ${Math.random()}`);
        return [];
      }),
    );
    for (const state of [true, true, false, false, true]) {
      fails = state;
      await scraper.scrape(PLENTY_MS);
    }
    expect(lines.map((line) => /level=(\w+)/.exec(line)?.[1])).to.deep.equal(['warn', 'info', 'warn']);
  });

  it('shares the work of scrapes at the same time', async () => {
    let runs = 0;
    const { scraper } = scraperOf(
      extractor('slow', async () => {
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { samples: [sample(forksMetrics.forks, runs)], errors: [] };
      }),
    );
    const both = await Promise.all([scraper.scrape(PLENTY_MS), scraper.scrape(PLENTY_MS)]);
    expect([runs, ...both.map(forksIn)]).to.deep.equal([1, 1, 1]);
    await scraper.scrape(PLENTY_MS);
    expect(runs).to.equal(2);
  });

  it('returns what is ready at the deadline, and does not wait for the late one again', async () => {
    let finish: (extraction: Extraction) => void = () => {};
    let runs = 0;
    const { scraper, lines } = scraperOf(
      extractor('late', () => {
        runs += 1;
        return new Promise<Extraction>((resolve) => {
          finish = resolve;
        });
      }),
      works('fine'),
    );
    const first = await scraper.scrape(100);
    expect([success(first), forksIn(first)]).to.deep.equal([{ late: 0, fine: 1 }, 1]);
    const second = await scraper.scrape(PLENTY_MS);
    expect([success(second), runs]).to.deep.equal([{ late: 0, fine: 1 }, 1]);
    expect(lines).to.have.length(1);

    finish({ samples: [], errors: [] });
    await new Promise(setImmediate);
    const third = scraper.scrape(PLENTY_MS);
    await new Promise(setImmediate);
    finish({ samples: [sample(forksMetrics.forks, 2)], errors: [] });
    expect(success(await third)).to.deep.equal({ late: 1, fine: 1 });
    expect(runs).to.equal(2);
  });

  it('runs only the extractors that are asked for', async () => {
    const { scraper } = scraperOf(works('a'), works('b'));
    expect(success(await scraper.scrape(PLENTY_MS, new Set(['b'])))).to.deep.equal({ b: 1 });
  });

  it('adds up the CPU time and opens a fresh view of the host for each scrape', async () => {
    const views = new Set<unknown>();
    const spin = extractor('spin', (host) => {
      views.add(host);
      const until = process.cpuUsage().user + 5_000;
      while (process.cpuUsage().user < until);
      return [];
    });
    const logger = createLogger({ level: 'error', format: 'json' });
    const scraper = new Scraper([spin], () => memoryHost({}), logger);
    const cpuSeconds = async () =>
      (await scraper.scrape(PLENTY_MS)).find(({ metric }) => metric.name.endsWith('cpu_seconds_total'))
        ?.value ?? 0;
    const first = await cpuSeconds();
    expect(first).to.be.at.least(0.005);
    expect(await cpuSeconds()).to.be.at.least(first + 0.005);
    expect(views.size).to.equal(2);
  });
});
