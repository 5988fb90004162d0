import { METRICS } from '../../exporter/catalogue/index.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { metricPanel } from '../panels/metric.ts';
import { timeSeries } from '../panels/time-series.ts';
import { POD_MATCHERS, select } from '../selectors.ts';
import { podVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

const THIRD = 8;

function section(title: string, chosen: (metric: MetricSpec) => boolean): Section {
  const panels = METRICS.filter(chosen).flatMap((metric) => {
    const panel = metricPanel(metric, 'pod', { span: THIRD });
    return panel === undefined ? [] : [panel];
  });
  return { title, panels };
}

const restarts: Section = {
  title: 'Restarts',
  panels: [
    timeSeries({
      title: 'Age of the containers',
      description:
        'How long ago the youngest container of each name began (kubevigil_container_start_time_seconds). Where a line falls to nothing, it was restarted.',
      unit: 's',
      queries: [
        {
          expr: `time() - max by (pod, container) (${select('kubevigil_container_start_time_seconds', POD_MATCHERS)})`,
          legend: '{{pod}} {{container}}',
        },
      ],
      span: THIRD,
    }),
  ],
};

/** Everything about one pod: what it does that is suspicious, and what it uses. */
export const podPage = page({
  uid: 'pod',
  title: 'Kubevigil / Pod',
  description: 'What a pod does and uses: the attributed metrics, with episodes and alerts marked.',
  variables: podVariables(),
  sections: [
    section('Security', (metric) => metric.family === 'security'),
    section('Resources of the pod', (metric) => metric.family === undefined),
    section('Performance', (metric) => metric.family === 'performance'),
    restarts,
  ],
});
