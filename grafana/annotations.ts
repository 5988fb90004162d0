import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { scenarioMetrics } from '../exporter/catalogue/programs/scenario.ts';
import { ALARM, CALM, lineLook } from './colours.ts';
import { DATASOURCE } from './datasource.ts';
import { firing, NODE_MATCHERS, select } from './selectors.ts';

/** Grafana takes milliseconds where a value stands for a time. */
const MILLISECONDS = '* 1000';

/** Ground truth: when an episode started or ended, exact however seldom it is scraped. */
function episodes(moment: 'start' | 'end', colour: string): Builder<AnnotationQuery> {
  const series = select(scenarioMetrics[moment].name, NODE_MATCHERS);
  return new AnnotationQueryBuilder()
    .name(`Episodes ${moment}`)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(`(${series} > 0) ${MILLISECONDS}`)
    .useValueForTime(true)
    .step('15s')
    .titleFormat(`{{scenario}} ${moment}s`)
    .textFormat('episode {{episode}}, {{role}} {{namespace}} {{pod}}');
}

/** Regions in which alerts fire. */
function alerts(): Builder<AnnotationQuery> {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(ALARM)
    .expr(firing(NODE_MATCHERS))
    .step('15s')
    .titleFormat('{{alertname}} {{rule}}')
    .textFormat('{{severity}} {{mitre}} {{namespace}} {{pod}} {{container}}');
}

/** What happened, over all panels of a dashboard. */
export function happenings(): Builder<AnnotationQuery>[] {
  return [episodes('start', lineLook(3).colour), episodes('end', CALM), alerts()];
}
