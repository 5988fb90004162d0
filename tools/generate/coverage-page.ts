import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { type Coverage, coverageOf, type Reach } from '../../scenarios/scenario/coverage.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { numberedMetrics } from './column-names.ts';

/** How many attacks a metric needs: one alone would be learned by heart. */
const ENOUGH = 2;

/**
 * Metrics that fewer attacks move, and why that is so. A test fails on one that is not here, and on one that is here and need not be.
 *
 * @internal exported for its own tests
 */
export const HOLES: Readonly<Record<string, string>> = {};

/** The 21 techniques with which MITRE's matrix for Containers began (ATT&CK 9, 2021). */
const CONTAINER_TECHNIQUES: Readonly<Record<string, string>> = {
  T1036: 'Masquerading',
  T1046: 'Network Service Discovery',
  T1053: 'Scheduled Task/Job',
  T1068: 'Exploitation for Privilege Escalation',
  T1070: 'Indicator Removal',
  T1078: 'Valid Accounts',
  T1110: 'Brute Force',
  T1133: 'External Remote Services',
  T1190: 'Exploit Public-Facing Application',
  T1204: 'User Execution',
  T1496: 'Resource Hijacking',
  T1498: 'Network Denial of Service',
  T1499: 'Endpoint Denial of Service',
  T1525: 'Implant Internal Image',
  T1552: 'Unsecured Credentials',
  T1562: 'Impair Defenses',
  T1609: 'Container Administration Command',
  T1610: 'Deploy Container',
  T1611: 'Escape to Host',
  T1612: 'Build Image on Host',
  T1613: 'Container and Resource Discovery',
};

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (name: string) => `\`${name}\``;
const MARKS: Readonly<Record<Reach, string>> = { anywhere: '●', in_cluster: '○' };
const techniquesOf = ({ technique }: Scenario) => technique.split(', ');
const rootOf = (technique: string) => technique.split('.')[0] ?? technique;

function link(technique: string): string {
  return `[${technique}](https://attack.mitre.org/techniques/${technique.replace('.', '/')}/)`;
}

/**
 * What is not covered: metrics that fewer attacks move than should.
 *
 * @internal exported for its own tests
 */
export function holesIn(coverage: readonly Coverage[]): string[] {
  return coverage.filter(({ attacks }) => attacks.length < ENOUGH).map(({ metric }) => metric);
}

function metricTable(coverage: readonly Coverage[]): string[] {
  return [
    line(['#', 'metric', 'attacks that move it', 'benign workloads that may']),
    '|---|---|---|---|',
    ...coverage.map(({ number, metric, attacks, benign }) =>
      line([
        String(number),
        code(metric),
        attacks.map(({ name, reach }) => code(name) + (reach === 'in_cluster' ? ' ○' : '')).join(', '),
        benign.map(code).join(', '),
      ]),
    ),
  ];
}

function attackTable(attacks: readonly Scenario[], coverage: readonly Coverage[]): string[] {
  return [
    line(['attack', 'technique', ...coverage.map(({ number }) => String(number))]),
    `|---|---|${'---|'.repeat(coverage.length)}`,
    ...attacks.map((attack) => {
      const { name, cve } = attack;
      const marks = coverage.map((one) => {
        const reach = one.attacks.find((moving) => moving.name === name)?.reach;
        return reach === undefined ? '' : MARKS[reach];
      });
      const technique = [...techniquesOf(attack).map(link), ...(cve === undefined ? [] : [cve])].join(', ');
      return line([code(name), technique, ...marks]);
    }),
  ];
}

function likenessTable(attacks: readonly Scenario[]): string[] {
  const told = attacks.flatMap(({ name, cve = '', likeness }) =>
    likeness === undefined ? [] : [line([code(name), cve, likeness.like, likeness.unlike])],
  );
  return [line(['attack', 'vulnerability', 'like the real one', 'unlike it']), '|---|---|---|---|', ...told];
}

function techniqueTable(attacks: readonly Scenario[]): string[] {
  return [
    line(['technique of the matrix', 'attacks']),
    '|---|---|',
    ...Object.entries(CONTAINER_TECHNIQUES).map(([technique, title]) => {
      const own = attacks.filter((attack) => techniquesOf(attack).map(rootOf).includes(technique));
      return line([
        `${link(technique)} ${title}`,
        own.length === 0 ? '**none**' : own.map(({ name }) => code(name)).join(', '),
      ]);
    }),
  ];
}

/** docs/reference/attack-coverage.md: which attack moves which metric, by which technique, and what nothing moves. */
export function coveragePage(scenarios: readonly Scenario[], metrics: readonly MetricSpec[]): string {
  const attacks = scenarios.filter(({ role }) => role === 'attack');
  const coverage = coverageOf(scenarios, numberedMetrics(metrics));
  const holes = holesIn(coverage).map((metric) => `- ${code(metric)}: ${HOLES[metric] ?? 'not named'}`);
  const sections = [
    ['# What attacks move'],
    [
      'Each scenario names the dataset columns that it moves; `test/scenarios/end-to-end.machine.test.ts` holds an attack to move each of them by five robust standard deviations and to let go of it,',
      'and a benign workload to move no other. A metric is moved where one of its columns is. ● anywhere, ○ in a cluster alone, whose kubelet and API server take part.',
      '`kubevigil-scenarios run PLAN --coverage` prints the same of a campaign.',
    ],
    ['## By metric'],
    metricTable(coverage),
    ['## Gaps'],
    holes.length > 0
      ? [`Metrics that fewer than ${ENOUGH} attacks move:`, '', ...holes]
      : [`None: each of the ${coverage.length} metrics is moved by at least ${ENOUGH} attacks.`],
    ['## By attack'],
    attackTable(attacks, coverage),
    ['## By technique of ATT&CK for Containers'],
    [
      "The 21 techniques with which the matrix began (ATT&CK 9). Those that no attack here stands for leave their traces in the API server and in registries, or need an exploit of somebody's software.",
    ],
    techniqueTable(attacks),
    ['## How like the real ones they are'],
    likenessTable(attacks),
  ];
  const head = '<!-- Generated by `npm run generate` from scenarios/; do not edit. -->';
  return `${[head, ...sections.map((lines) => lines.join('\n'))].join('\n\n')}\n`;
}
