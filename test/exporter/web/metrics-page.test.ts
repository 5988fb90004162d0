import { expect } from 'chai';
import { createLogger } from '../../../common/log.ts';
import { Scraper } from '../../../exporter/scrape/scrape.ts';
import { metricsPages, TooManyPagesError } from '../../../exporter/web/metrics-page.ts';
import { collectionDeadlineMs } from '../../../exporter/web/scrape-timeout.ts';
import { memoryHost } from '../../support/memory-host.ts';

const NAMES = Array.from({ length: 10 }, (_, i) => `extractor ${i}`);

/** The i-th selection of extractors. */
const subset = (i: number) => new Set(NAMES.filter((_, bit) => (i & (1 << bit)) !== 0));

describe('metricsPages', () => {
  let collections = 0;
  let release: () => void = () => {};

  /** Pages whose collections last until `release`. */
  function pagesThatWait() {
    collections = 0;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    class WaitingScraper extends Scraper {
      override async scrape() {
        collections++;
        await released;
        return [];
      }
    }
    const logger = createLogger({ level: 'error', format: 'logfmt' }, () => {});
    return metricsPages(new WaitingScraper([], () => memoryHost({}), logger), () => []);
  }

  const wanted = (own: object) =>
    ({ deadlineMs: 9_500, only: undefined, format: 'text', gzip: false, ...own }) as const;

  it('makes few pages for however many timeouts', async () => {
    const pages = pagesThatWait();
    const seconds = Array.from({ length: 2_000 }, (_, i) => String(0.002 + i / 20));
    const asked = seconds.map((each) => pages(wanted({ deadlineMs: collectionDeadlineMs(each) })));
    release();
    expect(await Promise.all(asked)).to.have.length(2_000);
    expect(collections).to.be.at.most(12);
  });

  it('makes one page for the same extractors in any order', async () => {
    const pages = pagesThatWait();
    const asked = [NAMES, [...NAMES].reverse()].map((names) => pages(wanted({ only: new Set(names) })));
    release();
    await Promise.all(asked);
    expect(collections).to.equal(1);
  });

  it('makes the whole page while all possible others are wanted, and those again when there is room', async () => {
    const pages = pagesThatWait();
    const others = Array.from({ length: 500 }, (_, i) => pages(wanted({ only: subset(i) })));
    const settled = Promise.allSettled(others);
    const whole = pages(wanted({}));
    release();
    expect(String(await whole)).to.contain('# HELP');
    const refused = (await settled).filter((result) => result.status === 'rejected');
    // The first is begun at once, and sixteen wait.
    expect(refused).to.have.length(500 - 17);
    for (const { reason } of refused) expect(reason).to.be.instanceOf(TooManyPagesError);
    expect(collections).to.equal(18);
    expect(String(await pages(wanted({ only: subset(499) })))).to.contain('# HELP');
  });

  it('makes what another address wants before the second page of one that wants many', async () => {
    const pages = pagesThatWait();
    release();
    const order: string[] = [];
    const ask = async (name: string, own: object, source: string) => {
      const made = await pages(wanted(own), source).catch((error: unknown) => error);
      if (!(made instanceof TooManyPagesError)) order.push(name);
    };
    const many = Array.from({ length: 30 }, (_, i) => ask('many', { only: subset(i + 1) }, 'a'));
    const whole = ask('whole', {}, 'b');
    const part = ask('part', { only: subset(500) }, 'b');
    await Promise.all([whole, part, ...many]);
    expect(order.slice(0, 4)).to.have.members(['many', 'many', 'whole', 'part']);
  });

  it('makes one page for all who wait for the same, from wherever they ask', async () => {
    const pages = pagesThatWait();
    const first = pages(wanted({ only: subset(1) }), 'a');
    const others = ['a', 'b', 'c', 'b'].map((source) => pages(wanted({}), source));
    release();
    const made = await Promise.all(others);
    await first;
    expect(new Set(made).size).to.equal(1);
    expect(collections).to.equal(2);
  });

  it('makes the whole page in all its forms of one collection, and refuses it to nobody, however many addresses want parts', async () => {
    const pages = pagesThatWait();
    const parts = Array.from({ length: 300 }, (_, i) => pages(wanted({ only: subset(i + 1) }), `part ${i}`));
    const settled = Promise.allSettled(parts);
    const forms = [
      { format: 'text', gzip: false },
      { format: 'text', gzip: true },
      { format: 'openmetrics', gzip: true },
    ];
    const whole = Array.from({ length: 300 }, (_, i) => pages(wanted({ ...forms[i % 3] }), `whole ${i}`));
    release();
    expect(new Set(await Promise.all(whole)).size).to.equal(forms.length);
    const made = (await settled).filter(({ status }) => status === 'fulfilled').length;
    expect(made).to.equal(17);
    expect(collections).to.equal(made + 1);
  });
});
