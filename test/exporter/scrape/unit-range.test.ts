import { expect } from 'chai';
import fc from 'fast-check';
import { createLogger } from '../../../common/log.ts';
import { SourceError } from '../../../exporter/base/errors.ts';
import { cpuMetrics } from '../../../exporter/catalogue/cpu.ts';
import { METRICS } from '../../../exporter/catalogue/index.ts';
import { attributionLabels, type MetricSpec, OPEN } from '../../../exporter/catalogue/model/define.ts';
import { isWithin, rangeOf } from '../../../exporter/catalogue/model/range.ts';
import type { Sample } from '../../../exporter/catalogue/model/sample.ts';
import { networkMetrics } from '../../../exporter/catalogue/network.ts';
import { Scraper } from '../../../exporter/scrape/scrape.ts';
import { keepPossible } from '../../../exporter/scrape/unit-range.ts';
import { metricsPages } from '../../../exporter/web/metrics-page.ts';
import { memoryHost } from '../../support/memory-host.ts';

/** Doubles of every kind, near the bounds more often than by chance. */
const doubles = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, 1.5, 1 + Number.EPSILON),
  fc.constantFrom(5e-324, -5e-324, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, Number.MAX_VALUE, -26306674688),
  fc.maxSafeInteger(),
);

const withLabels = (metric: MetricSpec, open: string, closed = 0): Sample['labels'] => ({
  ...Object.fromEntries(
    Object.entries(metric.labels).map(([name, values]) => [
      name,
      values === OPEN ? open : (values[closed % values.length] ?? ''),
    ]),
  ),
  ...Object.fromEntries(attributionLabels(metric).map((name) => [name, open])),
});

describe('values that a metric can have', () => {
  it('follow from its unit', () => {
    const texts = METRICS.map((metric) => `${metric.name}: ${rangeOf(metric).text}`);
    expect(texts.filter((text) => !text.endsWith(': a whole number from 0 on')).sort()).to.deep.equal([
      'kubevigil_build_info: 1',
      'kubevigil_container_cpu_seconds_total: seconds from 0 on',
      'kubevigil_container_start_time_seconds: Unix time in seconds',
      'kubevigil_cpu_seconds_total: seconds from 0 on',
      'kubevigil_cpu_throttled_seconds_total: seconds from 0 on',
      'kubevigil_extractor_cpu_seconds_total: seconds from 0 on',
      'kubevigil_extractor_duration_seconds: seconds from 0 on',
      'kubevigil_extractor_success: 0 or 1',
      'kubevigil_filesystem_used_ratio: from 0 to 1',
      'kubevigil_node_info: 1',
      'kubevigil_pressure_waiting_seconds_total: seconds from 0 on',
      'kubevigil_rule_info: 1',
      'kubevigil_rules_last_reload_success_timestamp_seconds: Unix time in seconds',
      'kubevigil_rules_last_reload_successful: 0 or 1',
      'kubevigil_socket_table_age_seconds: seconds from 0 on',
    ]);
  });

  for (const metric of METRICS) {
    it(`${metric.name}: what leaves the page is finite and not negative, whatever the extractor makes`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(doubles, { minLength: 1, maxLength: 5 }), async (values) => {
          const samples = values.map((value, i) => ({
            metric,
            value,
            labels: withLabels(metric, `x${i}`, i),
          }));
          const lines: string[] = [];
          const logger = createLogger({ level: 'info', format: 'logfmt' }, (line) => lines.push(line));
          const extractor = { name: 'e', metrics: { metric }, extract: () => samples };
          const pages = metricsPages(new Scraper([extractor], () => memoryHost({}), logger), () => []);
          const wanted = { deadlineMs: 10_000, only: undefined, format: 'text', gzip: false } as const;
          const page = [await pages(wanted), await pages(wanted)].map(String);
          const shown = [...(page[0] ?? '').matchAll(new RegExp(`^${metric.name}(?:{.*})? (\\S+)$`, 'gm'))];
          for (const [, text] of shown) {
            const value = Number(text);
            expect(Number.isFinite(value) && value >= 0, text).to.equal(true);
            expect(metric.name.endsWith('_ratio') && value > 1).to.equal(false);
          }
          const impossible = values.filter((value) => !isWithin(rangeOf(metric), value));
          if (metric.name !== 'kubevigil_extractor_success') {
            const success = impossible.length === 0 ? 1 : 0;
            for (const text of page)
              expect(text).to.contain(`kubevigil_extractor_success{extractor="e"} ${success}`);
          }
          expect(lines).to.have.length(Math.min(impossible.length, 1));
          if (impossible.length > 0) {
            expect(lines[0]).to.contain(metric.name).and.to.contain(`would be ${impossible[0]}, must be`);
          }
        }),
        { numRuns: 30 },
      );
    });
  }

  it('are kept exactly, totals beyond 2^53 as well', () => {
    for (const value of [0, 1, 2 ** 53 + 2, 2 ** 62]) {
      const samples = [
        { metric: networkMetrics.bytes, value, labels: { device: 'a', direction: 'receive' } },
      ];
      expect(keepPossible({ samples, errors: [] })).to.deep.equal({ samples, errors: [] });
    }
  });

  it('that are left out take the parts of the same whole with them, and nothing else', () => {
    const bytes = (device: string, direction: string, value: number) => ({
      metric: networkMetrics.bytes,
      value,
      labels: { device, direction },
    });
    const time = (mode: string, value: number) => ({ metric: cpuMetrics.seconds, value, labels: { mode } });
    const denied = new SourceError('unreadable', 'x', 'x: EACCES');
    const { samples, errors } = keepPossible({
      samples: [
        bytes('a', 'receive', -1),
        bytes('a', 'transmit', 2),
        bytes('b', 'receive', 3),
        bytes('b', 'transmit', 4),
        bytes('c', 'receive', Number.NaN),
        time('user', 1),
        time('idle', 2 ** 64 / 100),
      ],
      errors: [denied],
    });
    expect(samples.map(({ value }) => value)).to.deep.equal([3, 4]);
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'x: EACCES',
      'kubevigil_network_bytes_total{device="a",direction="receive"} would be -1, must be a whole number from 0 on, and 1 more of this metric; left out',
      'kubevigil_cpu_seconds_total{mode="idle"} would be 184467440737095520, must be seconds from 0 on; left out',
    ]);
  });
});
