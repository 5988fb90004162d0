import { counted } from './counted.ts';
import { alarmOf, alarmReason, PLACE, ruleMatches, withRule } from './expressions.ts';
import type { AlertGroup } from './model.ts';

const RISKY = (pod: string) =>
  `kubevigil_risky_pods{node="a",namespace="shop",pod="${pod}",rule="privileged_pod"}`;
const RISKY_RULE =
  'kubevigil_rule_info{node="a",rule="privileged_pod",on="pod",severity="critical",mitre="T1610"}';
const BUILD = 'kubevigil_build_info{node="a"}';
const CHANGED = 'kubevigil_file_changes_total{node="a",rule="cron_file_changed"}';
const CHANGED_RULE =
  'kubevigil_rule_info{node="a",rule="cron_file_changed",on="file",severity="critical",mitre="T1053.003"}';
const FAILED = 'kubevigil_suspicious_log_lines_total{node="a",rule="ssh_login_failed",category="auth"}';

const risky = 'max by (cluster, node, namespace, pod, rule) (kubevigil_risky_pods)';
const failed = counted({
  metric: 'kubevigil_suspicious_log_lines_total',
  where: 'category="auth"',
  window: '5m',
  by: ['namespace', 'pod'],
});

/** Who gets in, and what stays behind. */
export const accessAlerts: AlertGroup = {
  name: 'kubevigil-attack-access',
  title: 'Access and persistence',
  alerts: [
    {
      name: 'KubevigilRiskyPod',
      expr: withRule(
        `(${risky} > 0 unless on (cluster, namespace, rule) kubevigil_risky_pods offset 1h > 0 and on (cluster) group by (cluster) (kubevigil_build_info offset 1h))`,
        'pod',
      ),
      for: { duration: '0s', why: 'a pod that escapes needs seconds' },
      severity: 'rule',
      summary: `${PLACE}: matches {{ $labels.rule }}, as no pod of this namespace did an hour ago`,
      meaning:
        'A pod was started that can leave its container: privileged, with the paths, network or processes of the host, or what another pod rule names.',
      threshold:
        'The first of its namespace within an hour; in the first hour of all nothing is known. A DaemonSet that reaches a new node is no news; an attacker who hides in a namespace that already has such pods shows on the cluster dashboard and to an admission policy, not here.',
      look: [
        'Who created it (audit log of the API server), and with which service account?',
        'What it does: execs, destinations, `KubevigilFileChanged` on its node.',
      ],
      harmless: [
        'A new CNI, CSI or monitoring release. An admission policy (Pod Security) should name its namespace.',
      ],
      fires: {
        when: 'the first privileged pod of a namespace',
        input: {
          [RISKY('miner')]: '_x300 1x10',
          [RISKY('harmless')]: '0x310',
          [RISKY_RULE]: '1x310',
          [BUILD]: '1x310',
        },
        at: '76m',
        labels: {
          node: 'a',
          namespace: 'shop',
          pod: 'miner',
          rule: 'privileged_pod',
          severity: 'critical',
          mitre: 'T1610',
        },
        summary: 'shop/miner on a: matches privileged_pod, as no pod of this namespace did an hour ago',
      },
      quiet: {
        when: 'the next pod of a DaemonSet',
        input: {
          [RISKY('agent-1')]: '1x310',
          [RISKY('agent-2')]: '_x300 1x10',
          [RISKY_RULE]: '1x310',
          [BUILD]: '1x310',
        },
        at: '76m',
      },
    },
    {
      name: 'KubevigilFileChanged',
      expr: ruleMatches('kubevigil_file_changes_total', 'file', []),
      for: {
        duration: '0s',
        why: 'a change is made once; the ten minutes of the expression keep it in sight',
      },
      severity: 'rule',
      summary: `${PLACE}: {{ $labels.rule }} ({{ $value | printf "%.0f" }} in 10 minutes)`,
      meaning:
        'A file of the host changed that a file rule watches: accounts, SSH keys, cron, units, static pods, canaries.',
      threshold: 'Any match of a rule that is more than information.',
      look: [
        'The log of the exporter does not name the file; `find /etc -newermt "-1 hour"` and the paths of the rule in `rules.yaml` do.',
        'Was it the configuration management, by its log?',
        'A changed canary file (`canary_file_changed`) has no honest explanation.',
      ],
      harmless: ['Configuration management and package upgrades; silence for their window, not for good.'],
      fires: {
        when: 'a cron job is added',
        input: { [CHANGED]: '0x20 1x20', [CHANGED_RULE]: '1x40' },
        at: '8m',
        labels: { node: 'a', rule: 'cron_file_changed', severity: 'critical', mitre: 'T1053.003' },
        summary: 'a: cron_file_changed (1 in 10 minutes)',
      },
      quiet: {
        when: 'a change from before',
        input: { [CHANGED]: '1x80', [CHANGED_RULE]: '1x80' },
        at: '18m',
      },
      born: {
        series: CHANGED,
        least: 1,
        summary: 'a: cron_file_changed (1 in 10 minutes)',
        rules: [CHANGED_RULE],
      },
    },
    {
      name: 'KubevigilBruteForce',
      expr: `${failed} / 300 > ${alarmOf('auth_failures_per_second').above}`,
      for: {
        duration: '0s',
        why: 'the mean of five minutes is the patience: thirty failures, which a program has made before anybody looks',
      },
      severity: 'warning',
      technique: 'T1110',
      summary: `${PLACE}: {{ $value | printf "%.1f" }} logins a second fail`,
      meaning: 'Logins fail one after another: somebody tries passwords.',
      threshold: alarmReason('auth_failures_per_second'),
      look: [
        'The log that the rule reads (`auth.log`, or of the pod): from where, for which accounts?',
        'Was a login successful in between, from the same address?',
      ],
      harmless: ['A service with an old password: one account, one address, an even pace.'],
      fires: {
        when: 'one login a second fails',
        input: { [FAILED]: '0+15x40' },
        at: '8m',
        labels: { node: 'a' },
        summary: 'a: 1.0 logins a second fail',
      },
      quiet: { when: 'somebody mistypes five times', input: { [FAILED]: '0x20 5x20' }, at: '8m' },
      born: { series: FAILED, least: 60, summary: 'a: 0.2 logins a second fail' },
    },
  ],
};
