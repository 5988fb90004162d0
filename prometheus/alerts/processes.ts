import { alarmReason, overAlarm, overUsual, PLACE, recorded, ruleMatches, usual } from './expressions.ts';
import type { AlertGroup } from './model.ts';

const CONTAINER = 'node="a",namespace="shop",pod="web-1",container="web"';
const EXECS = `kubevigil_suspicious_execs_total{${CONTAINER},rule="exec_from_temp_path"}`;
const EXEC_RULE =
  'kubevigil_rule_info{node="a",rule="exec_from_temp_path",on="exec",severity="critical",mitre="T1059"}';
const ON_CONTAINER = { node: 'a', namespace: 'shop', pod: 'web-1', container: 'web' };
const SUSPICIOUS = (kind: string) => `kubevigil_suspicious_processes{${CONTAINER},kind="${kind}"}`;
const ON_HOST = 'kubevigil_suspicious_processes{node="a",kind="deleted_exe"}';
const BUILD = 'kubevigil_build_info{node="a"}';
const FORKS = 'kubevigil_forks_total{node="a"}';
const PROCESSES = 'kubevigil_processes{node="a",state="sleeping"}';

const processes = recorded('processes', 'node');
const suspicious = (kinds: string, ...more: readonly string[]) =>
  `sum by (cluster, node, namespace, pod, container, kind) (kubevigil_suspicious_processes{${[`kind=~"${kinds}"`, ...more].join(',')}})`;

/** Programs that run where, as, or as often as they should not. */
export const processAlerts: AlertGroup = {
  name: 'kubevigil-attack-processes',
  title: 'Processes',
  alerts: [
    {
      name: 'KubevigilForkBurst',
      expr: `${overAlarm('forks_per_second')} and ${overUsual('forks_per_second', 'node', 10)}`,
      for: {
        duration: '30s',
        why: 'a fork bomb fills a node within a minute; a script that starts takes seconds',
      },
      severity: 'critical',
      technique: 'T1499',
      summary: `${PLACE}: {{ $value | humanize }} processes and threads are started each second`,
      meaning: 'Processes are started far faster than usual: a fork bomb, or a script that tries things out.',
      threshold: alarmReason('forks_per_second'),
      look: [
        '`KubevigilProcessPileUp`: do they stay (a bomb) or end (a script)?',
        'Pod dashboard: processes by container; a limit of pids stops it (`podPidsLimit` of the kubelet).',
      ],
      harmless: ['Builds with many small tools, load tests.'],
      fires: {
        when: 'after a quiet hour a thousand a second',
        input: { [FORKS]: '0+75x240 18000+15000x12' },
        at: '62m',
        labels: { node: 'a' },
        summary: 'a: 1k processes and threads are started each second',
      },
      quiet: {
        when: 'a build node that always starts 300 a second',
        input: { [FORKS]: '0+4500x252' },
        at: '62m',
      },
    },
    {
      name: 'KubevigilProcessPileUp',
      expr: `${overUsual('processes', 'node', 3)} and ${processes} > 500 + ${usual('processes', 'node', 'avg')}`,
      for: { duration: '1m', why: 'parallel builds come and go' },
      severity: 'warning',
      technique: 'T1499',
      summary: `${PLACE}: {{ $value | humanize }} processes, more than three times the usual`,
      meaning: 'Processes pile up on the node.',
      threshold:
        'Three times the mean of the day, since a node of a hundred pods has thousands; and 500 more than that.',
      look: [
        'Node dashboard: in which state? Zombies: a parent that does not wait. Sleeping: a bomb, or a queue.',
        'Pod dashboard: processes by container.',
      ],
      harmless: ['Many pods that were moved here from another node.'],
      fires: {
        when: 'two thousand where there were a hundred',
        input: { [PROCESSES]: '100x240 2000x12' },
        at: '62m',
        labels: { node: 'a' },
        summary: 'a: 2k processes, more than three times the usual',
      },
      quiet: {
        when: 'four hundred where there were a hundred',
        input: { [PROCESSES]: '100x240 400x12' },
        at: '62m',
      },
    },
    {
      name: 'KubevigilSuspiciousExec',
      expr: ruleMatches('kubevigil_suspicious_execs_total', 'exec', ['namespace', 'pod', 'container']),
      for: {
        duration: '0s',
        why: 'a program may run for milliseconds; the ten minutes of the expression keep it in sight',
      },
      severity: 'rule',
      summary: `${PLACE}: {{ $labels.rule }} {{ $labels.container }} ({{ $value | printf "%.0f" }} in 10 minutes)`,
      meaning:
        'A program was started that an exec rule names: a shell or a network tool in a container, a program from a temporary folder or from memory.',
      threshold: 'Any match of a rule that is more than information.',
      look: [
        'Was it an administrator (`kubectl exec` is in the audit log of the API server)?',
        'What came next in that pod: destinations, listeners, suspicious processes?',
        '`exec_from_temp_path` and `exec_from_memory_in_container` have few honest explanations.',
      ],
      harmless: [
        'Supervisors that start shells once something listens, batch jobs and build pods that use them, Docker’s `HEALTHCHECK`: `kubevigil-exporter check-rules --print-defaults` prints the rule; copy it into `--rules.file` and except them by `parent_name`, `image` or `pod_namespace`. Probes, hooks, entry points and cron are left out already.',
        'Package managers in build pods.',
      ],
      fires: {
        when: 'a program from /tmp is started in a container',
        input: {
          [EXECS]: '0x20 2x20',
          [EXEC_RULE]: '1x40',
        },
        at: '8m',
        labels: { ...ON_CONTAINER, rule: 'exec_from_temp_path', severity: 'critical', mitre: 'T1059' },
        summary: 'shop/web-1 on a: exec_from_temp_path web (2 in 10 minutes)',
      },
      quiet: {
        when: 'matches from before: the counter does not move',
        input: {
          [EXECS]: '2x40',
          [EXEC_RULE]: '1x40',
        },
        at: '8m',
      },
      born: {
        series: EXECS,
        least: 1,
        summary: 'shop/web-1 on a: exec_from_temp_path web (1 in 10 minutes)',
        rules: [EXEC_RULE],
      },
    },
    {
      name: 'KubevigilFilelessProcess',
      expr: `${suspicious('memfd_exe|temp_exe')} > 0 or ${suspicious('deleted_exe', 'container!=""')} > 0`,
      for: { duration: '2m', why: 'installers delete and replace themselves within a minute' },
      severity: 'critical',
      technique: 'T1620',
      summary: `${PLACE}: {{ $value }} processes in {{ with $labels.container }}{{ . }}{{ else }}the host's share{{ end }} run from {{ $labels.kind }}`,
      meaning:
        'A process runs whose program is no file (memfd_exe), was deleted in its container (deleted_exe) or lies in a folder that everybody can write to (temp_exe).',
      threshold: 'Any: a program that can be found on disk is the rule.',
      look: [
        '`/proc/<pid>/exe` still has the program: copy it before you end the process.',
        'Its parents, its connections, and the exec that started it.',
      ],
      harmless: ['Runtimes that unpack themselves into /tmp (some Java and Electron programs).'],
      fires: {
        when: 'an implant deletes its file',
        input: { [SUSPICIOUS('deleted_exe')]: '0x20 1x20' },
        at: '8m',
        labels: { ...ON_CONTAINER, kind: 'deleted_exe' },
        summary: 'shop/web-1 on a: 1 processes in web run from deleted_exe',
      },
      quiet: {
        when: 'an installer does for a minute',
        input: { [SUSPICIOUS('deleted_exe')]: '0x20 1x4 0x20' },
        at: '8m',
      },
    },
    {
      name: 'KubevigilDeletedExecutable',
      expr: `${suspicious('deleted_exe', 'container=""')} > 0`,
      for: { duration: '15m', why: 'package managers restart most services within minutes of an upgrade' },
      severity: 'warning',
      technique: 'T1070.004',
      summary: `${PLACE}: {{ $value }} processes of the host run from files that were deleted`,
      meaning:
        'A program of the host runs although its file is gone: it was replaced by an upgrade, or it deleted itself to leave no trace.',
      threshold:
        'Any, on the host alone: in a container nothing is upgraded, and `KubevigilFilelessProcess` is critical.',
      look: [
        '`ls -l /proc/[0-9]*/exe | grep deleted` on the node: does the package manager know the file?',
        'What it does not know: copy `/proc/<pid>/exe` before you end the process.',
      ],
      harmless: [
        'An upgrade whose services were not restarted: restart them, since they still run the old code.',
      ],
      fires: {
        when: 'a process of the host goes on without its file',
        input: { [ON_HOST]: '0x20 1x80' },
        at: '24m',
        labels: { node: 'a', kind: 'deleted_exe' },
        summary: 'a: 1 processes of the host run from files that were deleted',
      },
      quiet: {
        when: 'an upgrade restarts it within five minutes',
        input: { [ON_HOST]: '0x20 1x20 0x60' },
        at: '24m',
      },
    },
    {
      name: 'KubevigilTracedProcess',
      expr: `${suspicious('traced')} > 0`,
      for: { duration: '1m', why: 'tools that look at a stack attach for seconds' },
      severity: 'warning',
      technique: 'T1055.008',
      summary: `${PLACE}: {{ $value }} processes in {{ with $labels.container }}{{ . }}{{ else }}the host's share{{ end }} are traced by another`,
      meaning:
        'A process is controlled by another one through ptrace, by which code and secrets can be taken.',
      threshold: 'Any: programs in operation are not debugged.',
      look: [
        '`TracerPid` in `/proc/<pid>/status`: who traces?',
        'Which secrets does the traced process hold?',
      ],
      harmless: [
        'Debuggers and strace of colleagues.',
        'Sandboxes that work by ptrace (gVisor on that platform): silence for their namespace.',
      ],
      fires: {
        when: 'a process is traced for three minutes',
        input: { [SUSPICIOUS('traced')]: '0x20 1x12' },
        at: '8m',
        labels: { ...ON_CONTAINER, kind: 'traced' },
        summary: 'shop/web-1 on a: 1 processes in web are traced by another',
      },
      quiet: { when: 'somebody takes a stack', input: { [SUSPICIOUS('traced')]: '0x20 1x2 0x20' }, at: '8m' },
    },
    {
      name: 'KubevigilElevatedContainer',
      expr: `${suspicious('elevated_container')} > 0 unless on (cluster, node, namespace, pod, container) (kubevigil_suspicious_processes{kind="elevated_container"} offset 1h > 0) and on (cluster, node) kubevigil_build_info offset 1h`,
      for: { duration: '1m', why: 'a runtime lowers the capabilities of what it starts after a moment' },
      severity: 'warning',
      technique: 'T1611',
      summary: `${PLACE}: {{ $value }} processes in {{ $labels.container }} have more capabilities than runtimes give, and had not an hour ago`,
      meaning: 'A process in a container has capabilities with which it can leave the container.',
      threshold:
        'Any that was not there an hour ago: what a cluster needs (CNI, CSI, this exporter) is there all the time. In the first hour of a node nothing is known.',
      look: [
        'Is the pod privileged, or does it add capabilities (`KubevigilRiskyPod`)? If not, it gained them: treat it as an escape.',
        '`CapPrm` in `/proc/<pid>/status`, with `capsh --decode=`.',
      ],
      harmless: ['A new version of a DaemonSet that needs them: quiet after an hour.'],
      fires: {
        when: 'a container that has been running gains them',
        input: { [SUSPICIOUS('elevated_container')]: '0x280 1x20', [BUILD]: '1x300' },
        at: '74m',
        labels: { ...ON_CONTAINER, kind: 'elevated_container' },
        summary:
          'shop/web-1 on a: 1 processes in web have more capabilities than runtimes give, and had not an hour ago',
      },
      quiet: {
        when: 'a container that has had them all along',
        input: { [SUSPICIOUS('elevated_container')]: '1x300', [BUILD]: '1x300' },
        at: '74m',
      },
    },
  ],
};
