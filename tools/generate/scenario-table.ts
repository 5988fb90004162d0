import type { Scenario } from '../../scenarios/scenario/scenario.ts';

const SECONDS_PER_MS = 1e-3;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

const code = (name: string) => `\`${name}\``;

function kind({ role, family, resembles = [] }: Scenario): string {
  const words = (name: string) => name.replaceAll('_', ' ');
  return `${role}: ${family === undefined ? `like ${resembles.map(words).join(', ')}` : words(family)}`;
}

function what({ help, likeness }: Scenario): string {
  if (likeness === undefined) return cell(help);
  const { like, unlike } = likeness;
  return cell(`${help} Like the real one: ${like} Unlike it: ${unlike}`);
}

function columns({ moves, movesInCluster = [] }: Scenario): string {
  const inCluster =
    movesInCluster.length === 0 ? [] : [`in a cluster: ${movesInCluster.map(code).join(', ')}`];
  return [moves.map(code).join(', '), ...inCluster].join('; ');
}

function row(scenario: Scenario): string {
  const { name, technique, cve, rules, parameters, longestMs } = scenario;
  const caps = Object.entries(parameters).map(
    ([parameter, { help: what, default: usual, most, fixed }]) =>
      `\`${parameter}\` ${usual}, at most ${most} (${what}${fixed ? '; whatever the intensity' : ''})`,
  );
  const cells = [
    code(name),
    kind(scenario),
    cve === undefined ? technique : `${technique}, ${cve}`,
    what(scenario),
    columns(scenario),
    rules?.map(code).join(', ') ?? '',
    [...caps, `${longestMs * SECONDS_PER_MS} s`].join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The README's table of the scenarios: what each does, what it moves, and how much of it is too much. */
export function scenarioTable(scenarios: readonly Scenario[]): string {
  const head =
    '| scenario | role and family | technique | what it does | columns that it moves | default rules that match | parameters, and the longest time |';
  return [head, '|---|---|---|---|---|---|---|', ...scenarios.map(row)].join('\n');
}
