import type { MetricSpec } from '../exporter/catalogue/model/define.ts';

/** What is written in capitals. */
const ACRONYMS: Readonly<Record<string, string>> = { cpu: 'CPU', tcp: 'TCP', oom: 'OOM' };

/** A panel's title: `kubevigil_cpu_throttled_seconds_total` is "CPU throttled". */
export function titleOf({ name }: MetricSpec): string {
  const words = name
    .replace(/^kubevigil_/, '')
    .replace(/_total$/, '')
    .replace(/_(seconds|bytes|ratio)$/, '')
    .split('_')
    .map((word) => ACRONYMS[word] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
