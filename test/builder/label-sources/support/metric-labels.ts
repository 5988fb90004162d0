import { metric } from '../../../../builder/label-sources/kinds/metric.ts';
import type { LabelSet } from '../../../../builder/label-sources/label-set.ts';
import type { LabelTimes } from '../../../../builder/label-sources/source.ts';
import type { SampleSource } from '../../../../builder/samples/series.ts';
import { wholeMs } from '../../../../common/ms.ts';

const STEP_MS = 15_000;

/** What the scenarios' metrics tell, as a build reads it. */
export async function metricLabels(samples: SampleSource, times: LabelTimes): Promise<LabelSet> {
  const config = metric.schema.parse({ metric: {} });
  const { read } = metric.configure(config).open({ clusterLabel: 'cluster' });
  return read({ samples, times, stepMs: wholeMs(STEP_MS) });
}
