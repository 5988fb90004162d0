import { counted } from './counted.ts';
import type { AlertGroup } from './model.ts';

const NODE = '{{ $labels.node }}';
const UNATTRIBUTED = 'kubevigil_exec_events_unattributed_total{node="a"}';
const EXECS = 'kubevigil_exec_events_total{node="a"}';
const unseen = (reason: string) => `kubevigil_unseen_total{node="a",reason="${reason}"}`;

/** Looks that failed in the last ten minutes, by the node and these labels. */
const failed = (where: string, ...by: string[]) =>
  counted({ metric: 'kubevigil_unseen_total', where, window: '10m', by });

/** What the exporter should have looked at and could not: who wants to stay unseen makes it so. */
export const unseenAlerts: AlertGroup = {
  name: 'kubevigil-unseen',
  title: 'What the exporter could not look at',
  alerts: [
    {
      name: 'KubevigilNotLookedAt',
      expr: `${failed('reason!~"path_unresolved|arguments_gone"', 'reason')} > 0`,
      for: {
        duration: '0s',
        why: 'an implant of a minute is over in a minute; the ten minutes of the expression keep it in sight',
      },
      severity: 'warning',
      technique: 'T1562.006',
      summary: `${NODE}: looks failed, {{ $labels.reason }} ({{ $value | printf "%.0f" }} in 10 minutes)`,
      meaning:
        'The exporter was refused something that it may look at elsewhere: a process (`process_unread`), a network namespace (`namespace_unread`), a watched file (`file_unread`), a log (`log_unread`), or anything on a mount that did not answer within a second (`mount_unresponsive`). It counts as ordinary or unchanged as long as nobody can look, so that somebody may have made it so.',
      threshold: 'Any: on a healthy node the exporter, as the manifests run it, is refused nothing.',
      look: [
        'The log of the exporter names the path, and why.',
        '`mount_unresponsive`: which mount is it (`/proc/mounts`), is its server away, and which process runs from there? A pod can mount a FUSE filesystem and stop its server.',
        '`process_unread`, `namespace_unread`: what is this process, and which security module shields it?',
        '`file_unread`, `log_unread`: did something else take the place of the file (`ls -l`)?',
      ],
      harmless: [
        'A storage server that is slow or restarts.',
        'An exporter that runs without the rights of the manifests: docs/concepts/privileges.md.',
      ],
      fires: {
        when: 'a program runs from a mount whose server is stopped',
        input: { [unseen('mount_unresponsive')]: '0x20 3x20' },
        at: '8m',
        labels: { node: 'a', reason: 'mount_unresponsive' },
        summary: 'a: looks failed, mount_unresponsive (3 in 10 minutes)',
      },
      quiet: {
        when: 'it was so before, and programs were gone that nobody could look at',
        input: { [unseen('mount_unresponsive')]: '30x80', [unseen('arguments_gone')]: '0+30x80' },
        at: '18m',
      },
      born: {
        series: unseen('mount_unresponsive'),
        least: 1,
        summary: 'a: looks failed, mount_unresponsive (1 in 10 minutes)',
      },
    },
    {
      name: 'KubevigilExecUnresolved',
      expr: `${failed('reason="path_unresolved"')} > 0`,
      for: {
        duration: '0s',
        why: 'a program is started once; the ten minutes of the expression keep it in sight',
      },
      severity: 'info',
      technique: 'T1036.005',
      summary: `${NODE}: programs were started by a path that could not be resolved ({{ $value | printf "%.0f" }} in 10 minutes)`,
      meaning:
        'Programs were started by a path that leads on from a folder only they know (`./x`, `/proc/self/fd/3/x`), and were gone before they could be looked at. Rules judged them by the folder of their parent, or by the path as it was written: who wants to hide where a program lies starts it so.',
      threshold: 'Any: the exporter looks within a millisecond, and what does something lives longer.',
      look: [
        'Exec rules that matched on the node in these minutes (`KubevigilSuspiciousExec`).',
        'Is something built or tested there? Scripts of builds start many short programs by relative paths.',
        'More than 200 such starts a second are not looked at one by one: a flood can hide one.',
      ],
      harmless: ['Builds and their tests.'],
      fires: {
        when: 'one program hides where it lies',
        input: { [unseen('path_unresolved')]: '0x20 1x20' },
        at: '8m',
        labels: { node: 'a' },
        summary: 'a: programs were started by a path that could not be resolved (1 in 10 minutes)',
      },
      quiet: { when: 'some did long ago', input: { [unseen('path_unresolved')]: '7x80' }, at: '18m' },
      born: {
        series: unseen('path_unresolved'),
        least: 1,
        summary: 'a: programs were started by a path that could not be resolved (1 in 10 minutes)',
      },
    },
    {
      name: 'KubevigilExecUnattributed',
      expr: `${counted({ metric: 'kubevigil_exec_events_unattributed_total', window: '10m', by: [] })} > 0`,
      for: {
        duration: '0s',
        why: 'a program is started once; the ten minutes of the expression keep it in sight',
      },
      severity: 'info',
      technique: 'T1562.006',
      summary: `${NODE}: programs were started and nobody can tell in which container ({{ $value | printf "%.0f" }} in 10 minutes)`,
      meaning:
        'Programs were started in control groups that could not be told: they are in the pod `_unknown`, and rules about containers (`in_container`) did not match them. A process that is placed into a control group when it is made, and ends at once, leaves no record of where it was.',
      threshold: 'Any: who starts a program in a container by the usual ways lives long enough to be asked.',
      look: [
        '`KubevigilEventsLost` at the same time: after a loss of records some cannot be told.',
        'Rules that matched under the pod `_unknown`.',
      ],
      harmless: ['An exporter that has just started on a busy node.', 'Floods of starts, such as builds.'],
      fires: {
        when: 'one program cannot be told',
        input: { [UNATTRIBUTED]: '0x20 1x20' },
        at: '8m',
        labels: { node: 'a' },
        summary: 'a: programs were started and nobody can tell in which container (1 in 10 minutes)',
      },
      quiet: { when: 'some could not long ago', input: { [UNATTRIBUTED]: '7x80' }, at: '18m' },
      born: {
        series: UNATTRIBUTED,
        least: 1,
        summary: 'a: programs were started and nobody can tell in which container (1 in 10 minutes)',
      },
    },
    {
      name: 'KubevigilArgumentsGone',
      expr: [
        'sum by (cluster, node) (rate(kubevigil_unseen_total{reason="arguments_gone"}[10m]))',
        '/ sum by (cluster, node) (rate(kubevigil_exec_events_total[10m])) > 0.5',
        'and sum by (cluster, node) (rate(kubevigil_exec_events_total[10m])) > 0.2',
      ].join(' '),
      for: { duration: '15m', why: 'a burst of short programs is over sooner' },
      severity: 'info',
      summary: `${NODE}: of {{ $value | humanizePercentage }} of the programs started rules do not see the arguments`,
      meaning:
        'Rules that ask for `args` do not see most of the programs that are started: these end before their arguments are read. What such a rule does not match is then no proof of anything.',
      threshold:
        'More than half, of more than one start in five seconds: programs that end at once are usual, most of them are not.',
      look: [
        'What is started so often? `KubevigilForkBurst` at the same time can be meant to hide something.',
        'Whether the rules can do without `args`: the path of a program is known however short it lives.',
      ],
      harmless: ['Nodes whose work is short programs: builds, shell scripts.'],
      fires: {
        when: 'nine in ten are gone',
        input: { [unseen('arguments_gone')]: '0+27x160', [EXECS]: '0+30x160' },
        at: '40m',
        labels: { node: 'a' },
        summary: 'a: of 90% of the programs started rules do not see the arguments',
      },
      quiet: {
        when: 'one in three is',
        input: { [unseen('arguments_gone')]: '0+10x160', [EXECS]: '0+30x160' },
        at: '40m',
      },
    },
  ],
};
