/** What rules and alerts showed in a real Prometheus between two moments. */
import { z } from 'zod';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { ATTACK_ALERTS, type Sign } from './credit.ts';

/** Everything that rules count or tell, by rule. */
const RULES =
  'sum by (rule, pod) ({__name__=~"kubevigil_(suspicious_execs|outbound_destinations|suspicious_log_lines|file_changes)_total"}) or max by (rule, pod) (kubevigil_risky_pods)';
const FIRING = 'max by (alertname, pod) (ALERTS{alertstate="firing"})';
const STEP_SECONDS = 1;

const matrix = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

type Series = z.output<typeof matrix>['data']['result'][number];

async function range(prometheus: string, query: string, fromMs: number, toMs: number): Promise<Series[]> {
  const body = new URLSearchParams({
    query,
    start: String(fromMs / MS_PER_SECOND),
    end: String(toMs / MS_PER_SECOND),
    step: String(STEP_SECONDS),
  });
  const response = await fetch(`${prometheus}/api/v1/query_range`, { method: 'POST', body });
  if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${await response.text()}`);
  return matrix.parse(await response.json()).data.result;
}

/**
 * When each rule's count first rose above what it was at first; a series that was not there began at 0.
 *
 * @internal exported for its own tests
 */
export function rises(series: readonly Series[], fromMs: number): Sign[] {
  return series.flatMap(({ metric: { rule = '', pod = '' }, values }) => {
    const [[firstAt = 0, first = '0'] = []] = values;
    // A counter that is born later has risen by what it shows then.
    const before = firstAt * MS_PER_SECOND - fromMs > STEP_SECONDS * MS_PER_SECOND ? 0 : Number(first);
    const risen = values.find(([, value]) => Number(value) > before);
    return risen === undefined ? [] : [{ name: rule, pod, atMs: risen[0] * MS_PER_SECOND }];
  });
}

/**
 * When each alert about attacks first fired, of those that did not at first.
 *
 * @internal exported for its own tests
 */
export function firings(series: readonly Series[], fromMs: number): Sign[] {
  return series.flatMap(({ metric: { alertname = '', pod = '' }, values }) => {
    const atMs = (values[0]?.[0] ?? 0) * MS_PER_SECOND;
    const isOld = atMs - fromMs <= STEP_SECONDS * MS_PER_SECOND;
    return isOld || !ATTACK_ALERTS.includes(alertname) ? [] : [{ name: alertname, pod, atMs }];
  });
}

/** The signs of rules and of alerts, whoever caused them. */
export async function observe(
  prometheus: string,
  fromMs: number,
  toMs: number,
): Promise<{ readonly rules: Sign[]; readonly alerts: Sign[] }> {
  return {
    rules: rises(await range(prometheus, RULES, fromMs, toMs), fromMs),
    alerts: firings(await range(prometheus, FIRING, fromMs, toMs), fromMs),
  };
}
