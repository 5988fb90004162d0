import type { Evaluation, Interval, Recall } from './result.ts';

const figure = (value: number | null) => (value === null ? 'not known' : value.toFixed(2));
const between = (interval: Interval | null) =>
  interval === null ? '' : ` (95 %: ${interval.map((value) => value.toFixed(2)).join(' to ')})`;

function found(what: string, { events, found: count, recall, interval, medianDelay }: Recall): string {
  if (events === 0) return `${what}: none in the held-out rows`;
  const delay = medianDelay === null ? '' : `, median delay ${medianDelay} rows`;
  return `${what}: ${count} of ${events} found, ${figure(recall)}${between(interval)}${delay}`;
}

/** An evaluation in a few lines, for a terminal. */
export function summaryOf({ falseAlarms, attacks, strong, benign, methods }: Evaluation): string {
  const { rate, interval, nodeDays, alarms } = falseAlarms;
  const others = methods.map(
    ({ name, attacks: own, averagePrecision }) =>
      `  ${name}: recall ${figure(own?.recall ?? null)}, average precision ${figure(averagePrecision)}`,
  );
  return [
    rate === null
      ? 'false alarms: not known, as no node is free of attacks in the held-out rows'
      : `false alarms: ${alarms} in ${nodeDays.toFixed(2)} attack-free node-days, ${figure(rate)} a day${between(interval)}`,
    found('attacks', attacks),
    found('strong attacks', strong),
    benign.events === 0
      ? 'benign workloads: none in the held-out rows'
      : `benign workloads: an alarm in ${benign.found} of ${benign.events}`,
    'at equal false alarms:',
    ...others,
    '',
  ].join('\n');
}
