import { expect } from 'chai';
import { createLogger } from '../../common/log.ts';
import { agentMetrics } from '../../exporter/catalogue/agent.ts';
import { rulesMetrics } from '../../exporter/catalogue/rules.ts';
import { familiesOf, renderExposition } from '../../exporter/exposition.ts';
import { type Sample, sample } from '../../exporter/extractor.ts';
import { EXTRACTORS } from '../../exporter/extractors/index.ts';
import { readOsRelease } from '../../exporter/node-info.ts';
import { Scraper } from '../../exporter/scrape.ts';
import { fixtureHost, fixturePaths } from '../support/fixture-host.ts';
import { expectGolden } from '../support/golden.ts';
import { parseOpenMetrics } from '../support/openmetrics.ts';
import { services } from '../support/services.ts';

/** What differs from one scrape to the next. */
const MEASURED: readonly unknown[] = [
  agentMetrics.extractorDuration,
  agentMetrics.extractorCpu,
  rulesMetrics.reloadTimestamp,
];

async function recordedSamples(): Promise<Sample[]> {
  const scraper = new Scraper(EXTRACTORS, fixtureHost, createLogger({ level: 'error', format: 'logfmt' }));
  await scraper.open(await services({ paths: fixturePaths() }));
  const { id, version } = readOsRelease(fixtureHost());
  return [
    ...(await scraper.scrape(10_000)).map((one) =>
      MEASURED.includes(one.metric) ? { ...one, value: 0 } : one,
    ),
    sample(agentMetrics.buildInfo, 1, { version: '1.2.3', node_version: '20.19.0' }),
    sample(agentMetrics.nodeInfo, 1, {
      kernel: '6.8.0-1021-aws',
      os: id,
      os_version: version,
      arch: 'x64',
      cpu_model: 'A "quoted" \\ CPU\nwith a second line',
      virtualization: '',
    }),
  ];
}

const family = (type: 'counter' | 'gauge', name: string, values: [Record<string, string>, number][]) => ({
  name,
  type,
  help: 'Help.',
  values: values.map(([labels, value]) => ({ labels, value })),
});

describe('exposition', () => {
  it("writes a recorded host's page as text", async () => {
    expectGolden('metrics.txt', await renderExposition(familiesOf(await recordedSamples()), 'text'));
  });

  it("writes a recorded host's page as OpenMetrics", async () => {
    const page = await renderExposition(familiesOf(await recordedSamples()), 'openmetrics');
    expectGolden('metrics.openmetrics.txt', page);
    expect(parseOpenMetrics(page).size).to.be.greaterThan(10);
  });

  it('gives the same text whichever format was written before', async () => {
    const families = [family('counter', 'a_total', [[{}, 1]])];
    const before = await renderExposition(families, 'text');
    await renderExposition(families, 'openmetrics');
    expect(await renderExposition(families, 'text')).to.equal(before);
  });

  it('leaves out families without values and labels without text', async () => {
    const families = [family('gauge', 'empty', []), family('gauge', 'full', [[{ a: '', b: 'x' }, 1]])];
    expect(await renderExposition(families, 'text')).to.equal(
      '# HELP full Help.\n# TYPE full gauge\nfull{b="x"} 1\n',
    );
  });

  it('cannot be made to forge a line by a label', async () => {
    const hostile = 'x"} 1\nforged{a="\\';
    const page = await renderExposition([family('gauge', 'real', [[{ a: hostile }, 1]])], 'openmetrics');
    const parsed = parseOpenMetrics(page);
    expect([...parsed.keys()]).to.deep.equal(['real']);
    expect(parsed.get('real')?.samples[0]?.labels).to.deep.equal({ a: hostile });
  });
});
