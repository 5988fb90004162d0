import { expect } from 'chai';
import fc from 'fast-check';
import { type Metric, Registry } from 'prom-client';
import { createLogger } from '../../../common/log.ts';
import { agentMetrics } from '../../../exporter/catalogue/agent.ts';
import { type Sample, sample } from '../../../exporter/catalogue/model/sample.ts';
import { rulesMetrics } from '../../../exporter/catalogue/rules.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { readOsRelease } from '../../../exporter/program/node-info.ts';
import { Scraper } from '../../../exporter/scrape/scrape.ts';
import { type Family, familiesOf, renderExposition, WrittenPages } from '../../../exporter/web/exposition.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { fixtureHost, fixturePaths } from '../../support/fixture-host.ts';
import { expectGolden } from '../../support/golden.ts';
import { parseOpenMetrics } from '../../support/openmetrics.ts';
import { services } from '../../support/services.ts';

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
    sample(agentMetrics.writableMounts, 12, { kind: 'rootfs' }),
    sample(agentMetrics.writableMounts, 0, { kind: 'sysfs' }),
    sample(agentMetrics.writableMounts, 0, { kind: 'tracefs' }),
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

  it('is what prom-client writes of a registry that is filled for the page, page after page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pages, { minLength: 1, maxLength: 4 }), async (sequence) => {
        const before = new WrittenPages();
        for (const page of sequence) {
          for (const format of ['text', 'openmetrics'] as const) {
            expect(await renderExposition(page, format, before)).to.equal(await byRegistry(page, format));
          }
        }
      }),
    );
  });

  it('forgets series that are gone', async () => {
    const before = new WrittenPages();
    const page = (value: string) => [family('gauge', 'a', [[{ pod: value }, 1]])];
    for (let i = 0; i < 1_000; i++) await renderExposition(page(`pod-${i}`), 'text', before);
    const known = before.family('text', family('gauge', 'a', []));
    expect(
      Array.from({ length: 1_000 }, (_, i) => known.series({ pod: `pod-${i}` }).line).filter(Boolean),
    ).to.have.length.below(200);
  });
});

/** What an attacker may choose, and what a number can be. */
const labelText = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.constantFrom('', '\n', '"', '\\', '\\n', '__proto__', 'a"} 1\nb{c="', '\ud800', '\r\u2028'),
);
const value = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 1e21));
const labels = fc.dictionary(fc.constantFrom('pod', 'namespace', 'state', 'le'), labelText, { maxKeys: 3 });
const pages = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('a_total', 'a', 'b_total', 'b_bytes', 'c'),
      help: fc.constantFrom('Help.', 'A "quoted" \\ text\nof two lines.'),
      type: fc.constant('gauge' as 'counter' | 'gauge'),
      values: fc.array(fc.record({ labels, value }), { maxLength: 6 }),
    }),
    { selector: ({ name }) => name.replace(/_total$/, ''), maxLength: 4 },
  )
  .map((families) =>
    families.map((one): Family => (one.name.endsWith('_total') ? { ...one, type: 'counter' } : one)),
  );

/** The whole page by prom-client alone. */
async function byRegistry(families: readonly Family[], format: 'text' | 'openmetrics'): Promise<string> {
  const registry = new Registry();
  if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  for (const { values, ...rest } of families.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (values.length === 0) continue;
    const shown = values.map((one) => ({
      value: one.value,
      labels: Object.fromEntries(Object.entries(one.labels).filter(([, text]) => text !== '')),
    }));
    const metric = { ...rest, values: shown, get: () => metric };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry.metrics();
}
