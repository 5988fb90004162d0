import { counted } from './counted.ts';
import { alarmOf, alarmReason, PLACE, withRule } from './expressions.ts';
import type { AlertGroup } from './model.ts';

const LINES = 'kubevigil_suspicious_log_lines_total';
const of = (rule: string, pod = 'web-1') =>
  `${LINES}{node="a",namespace="shop",pod="${pod}",container="web",rule="${rule}",category="web"}`;
const ruleInfo = (rule: string, severity: string, mitre: string) =>
  `kubevigil_rule_info{node="a",rule="${rule}",on="log",severity="${severity}",mitre="${mitre}"}`;

const JNDI = of('web_jndi_lookup');
const JNDI_RULE = ruleInfo('web_jndi_lookup', 'critical', 'T1190');
const BROWSING = of('web_forced_browsing');
const BROWSING_RULE = ruleInfo('web_forced_browsing', 'warning', 'T1595.003');
const ON_POD = { node: 'a', namespace: 'shop', pod: 'web-1' };

const WEB = 'category="web"';
const attacks = counted({ metric: LINES, where: WEB, window: '10m', by: ['namespace', 'pod', 'rule'] });
const requests = counted({ metric: LINES, where: WEB, window: '5m', by: ['namespace', 'pod'] });

/** What is done to web services, as their access logs have it. */
export const webAlerts: AlertGroup = {
  name: 'kubevigil-attack-web',
  title: 'Web services',
  alerts: [
    {
      name: 'KubevigilWebAttack',
      expr: withRule(`(${attacks} > 0)`, 'log', 'severity="critical"'),
      for: {
        duration: '0s',
        why: 'an attack that works needs one request; the ten minutes of the expression keep it in sight',
      },
      severity: 'rule',
      summary: `${PLACE}: {{ $labels.rule }} ({{ $value | printf "%.0f" }} requests in 10 minutes)`,
      meaning:
        'A request to a web service carries what no honest one does: SQL, a command, a template, a lookup of Log4j, a path to a file of the system, an address of the metadata service, a call of a web shell.',
      threshold:
        'Any match of a critical rule of the category `web`: on 100,000 harmless lines they match none (`docs/reference/web-rules.md`). What rules of lesser severity match is for `KubevigilWebScan`.',
      look: [
        'The access log of that pod at that time: from where, to which path, with which status? `400`, `403` and `404` are attempts; `200` and `500` are worth a look at once.',
        'What came next in that pod: execs, new destinations, listeners, restarts? An attack that worked shows there.',
        'Other pods that the same address visited.',
      ],
      harmless: [
        'Your own vulnerability scanner: silence its window.',
        'A service that is given SQL, templates or shell in its URLs on purpose (consoles, code search): `enabled: false` for that rule, or a condition that leaves out its path.',
      ],
      fires: {
        when: 'a lookup of Log4j in a header',
        input: { [JNDI]: '0x20 1x20', [JNDI_RULE]: '1x40' },
        at: '8m',
        labels: { ...ON_POD, rule: 'web_jndi_lookup', severity: 'critical', mitre: 'T1190' },
        summary: 'shop/web-1 on a: web_jndi_lookup (1 requests in 10 minutes)',
      },
      quiet: {
        when: 'a few requests that only a warning is for',
        input: { [BROWSING]: '0x20 5x20', [BROWSING_RULE]: '1x40' },
        at: '8m',
      },
      born: {
        series: JNDI,
        least: 1,
        summary: 'shop/web-1 on a: web_jndi_lookup (1 requests in 10 minutes)',
        rules: [JNDI_RULE],
      },
    },
    {
      name: 'KubevigilWebScan',
      expr: `${requests} / 300 > ${alarmOf('web_attacks_per_second').above}`,
      for: {
        duration: '0s',
        why: 'the mean of five minutes is the patience: a hundred and fifty requests, which a scanner makes in seconds',
      },
      severity: 'warning',
      technique: 'T1595',
      summary: `${PLACE}: {{ $value | printf "%.1f" }} requests a second look like attacks`,
      meaning:
        'Requests that web rules match come one after another: somebody scans a service, or tries many attacks on it.',
      threshold: alarmReason('web_attacks_per_second'),
      look: [
        'The access log of that pod: one address or many, which tool by its User-Agent, which paths?',
        'Which of them were answered with `200`? `KubevigilWebAttack` names critical ones.',
        'Block the address at the ingress while you look.',
      ],
      harmless: [
        'Your own scanner, or a bug bounty that you know of.',
        'A site whose honest paths look like probes, such as WordPress that answers `404` below `/wp-admin/`.',
      ],
      fires: {
        when: 'twenty probes a second',
        input: { [BROWSING]: '0+300x40', [BROWSING_RULE]: '1x40' },
        at: '8m',
        labels: { ...ON_POD },
        summary: 'shop/web-1 on a: 20.0 requests a second look like attacks',
      },
      quiet: {
        when: 'fifty probes of a bot, and no more',
        input: { [BROWSING]: '0x20 50x20', [BROWSING_RULE]: '1x40' },
        at: '8m',
      },
      born: {
        series: BROWSING,
        least: 300,
        summary: 'shop/web-1 on a: 1.0 requests a second look like attacks',
        rules: [BROWSING_RULE],
      },
    },
  ],
};
