/** What a campaign would move, for people: metric by metric. */
import { type Coverage, coverageOf } from '../scenario/coverage.ts';
import type { Scenario } from '../scenario/scenario.ts';

const PREFIX = /^kubevigil_/;

function line({ number, metric, attacks, benign }: Coverage): string {
  const names = attacks.map(({ name, reach }) => (reach === 'in_cluster' ? `${name} (in a cluster)` : name));
  const may = benign.length === 0 ? [] : [`benign, may: ${benign.join(', ')}`];
  const said =
    names.length + may.length === 0 ? 'nothing' : [names.join(', '), ...may].filter(Boolean).join('; ');
  return `${String(number).padStart(2)}  ${metric.replace(PREFIX, '').padEnd(32)}  ${said}`;
}

const inWords = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));

/**
 * The lines of `run PLAN --coverage`: each of the numbered metrics with the scenarios that move it, then which no attack moves, and which only one.
 *
 * @param scenarios of the plan, each once
 */
export function coverageLines(name: string, scenarios: readonly Scenario[]): string[] {
  const coverage = coverageOf(scenarios);
  const movedBy = (count: number) =>
    coverage
      .filter(({ attacks }) => attacks.length === count)
      .map(({ metric }) => metric.replace(PREFIX, ''));
  const attacks = scenarios.filter(({ role }) => role === 'attack');
  const families = [...new Set(attacks.flatMap(({ family }) => family ?? []))];
  const techniques = [...new Set(attacks.flatMap(({ technique }) => technique.split(', ')))].sort();
  return [
    `campaign ${name}: ${attacks.length} attacks and ${scenarios.length - attacks.length} benign workloads`,
    ...coverage.map(line),
    `moved by no attack: ${inWords(movedBy(0))}`,
    `moved by one attack alone: ${inWords(movedBy(1))}`,
    `families: ${inWords(families)}`,
    `techniques: ${inWords(techniques)}`,
  ];
}
