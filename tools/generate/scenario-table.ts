import type { Scenario } from '../../scenarios/scenario/scenario.ts';

const SECONDS_PER_MS = 1e-3;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function row({ name, role, technique, help, moves, parameters, longestMs }: Scenario): string {
  const caps = Object.entries(parameters).map(
    ([parameter, { help: what, default: usual, most, fixed }]) =>
      `\`${parameter}\` ${usual}, at most ${most} (${what}${fixed ? '; whatever the intensity' : ''})`,
  );
  const cells = [
    `\`${name}\``,
    role,
    technique,
    cell(help),
    moves.map((column) => `\`${column}\``).join(', '),
    [...caps, `${longestMs * SECONDS_PER_MS} s`].join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The README's table of the scenarios: what each does, what it moves, and how much of it is too much. */
export function scenarioTable(scenarios: readonly Scenario[]): string {
  const head =
    '| scenario | role | technique | what it does | columns that it moves | parameters, and the longest time |';
  return [head, '|---|---|---|---|---|---|', ...scenarios.map(row)].join('\n');
}
