import { METRICS } from '../../exporter/catalogue/index.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { familyOf } from '../../exporter/catalogue/model/family.ts';
import { metricPanel } from '../panels/metric.ts';
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

/** Everything about one pod: what it does that is suspicious, and what it uses. */
export const podPage = page({
  uid: 'pod',
  title: 'Kubevigil / Pod',
  description: 'What a pod does and uses: the attributed metrics, with episodes and alerts marked.',
  variables: podVariables(),
  sections: [
    section('Security', (metric) => familyOf(metric) === 'security'),
    section('Resources of the pod', (metric) => metric.number === undefined),
    section('Performance', (metric) => familyOf(metric) === 'performance'),
  ],
});
