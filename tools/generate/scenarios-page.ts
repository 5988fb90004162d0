import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { cell, code, page, table } from './markdown.ts';

const SECONDS_PER_MS = 1e-3;
const words = (name: string) => name.replaceAll('_', ' ');

function effects({ moves, movesInCluster = [] }: Scenario): string {
  const inCluster =
    movesInCluster.length === 0 ? [] : [`in a cluster: ${movesInCluster.map(code).join(', ')}`];
  return [moves.map(code).join(', '), ...inCluster].join('; ');
}

function overview(scenario: Scenario): string[] {
  const { name, technique, cve, family, resembles = [], help } = scenario;
  return [
    `[${code(name)}](#${name})`,
    family === undefined ? resembles.map(words).join(', ') : words(family),
    cve === undefined ? technique : `${technique}, ${cve}`,
    cell(help),
  ];
}

/** What a scenario does, in full, under a heading that links lead to. */
function section(scenario: Scenario): string {
  const { name, role, likeness, rules = [], parameters, longestMs } = scenario;
  const must = role === 'attack' ? 'must change' : 'may change';
  const lines = [
    ...(likeness === undefined ? [] : [`- **Like the real one:** ${cell(likeness.like)}`]),
    ...(likeness === undefined ? [] : [`- **Unlike it:** ${cell(likeness.unlike)}`]),
    `- **Columns that it ${must}:** ${effects(scenario)}`,
    ...(rules.length === 0 ? [] : [`- **Default rules that match:** ${rules.map(code).join(', ')}`]),
    `- **Longest time:** ${longestMs * SECONDS_PER_MS} s`,
  ];
  const rows = Object.entries(parameters).map(([parameter, { help, default: usual, most, fixed }]) => [
    code(parameter),
    String(usual),
    String(most),
    fixed === true ? 'no' : 'yes',
    cell(help),
  ]);
  const parts = [`### ${name}`, cell(scenario.help), lines.join('\n')];
  const head = ['parameter', 'default', 'at most', 'scaled by intensity', 'what it is'];
  return [...parts, ...(rows.length === 0 ? [] : [table(head, rows)])].join('\n\n');
}

/** docs/reference/scenarios.md: what each does, what it changes, and how much of it is too much. */
export function scenariosPage(scenarios: readonly Scenario[]): string {
  const attacks = scenarios.filter(({ role }) => role === 'attack');
  const benign = scenarios.filter(({ role }) => role !== 'attack');
  return page(
    'scenarios/attacks/ and scenarios/benign/',
    'Scenarios',
    'What keeps them harmless, and what some of them need, is in [scenario safety](../concepts/scenario-safety.md).\n' +
      'How to run them is in [run a campaign](../guides/run-a-campaign.md) and the [API](scenarios-api.md).',
    '## Attacks',
    table(['scenario', 'family', 'technique', 'what it does'], attacks.map(overview)),
    '## Benign workloads',
    table(['scenario', 'resembles', 'technique that it resembles', 'what it does'], benign.map(overview)),
    '## Each in full',
    ...scenarios.map(section),
  );
}
