import type { Result } from './guest/result.ts';

type Findings = ReadonlyMap<string, readonly Result[]>;

function cell(result: Result | undefined): string {
  if (result === undefined) return '–';
  const { problems, compared } = result;
  return problems.length === 0 ? `ok ${compared}` : `${problems.length} WRONG`;
}

/** The checks of all machines in the order in which they run. */
function checksOf(findings: Findings): string[] {
  const names = [...findings.values()].flat().map(({ check }) => check);
  return [...new Set(names)].filter((name) => name !== 'end' || hasProblem(findings, 'end'));
}

function hasProblem(findings: Findings, name: string): boolean {
  return [...findings.values()].flat().some(({ check, problems }) => check === name && problems.length > 0);
}

/** A line for each kernel, a column for each check: how many values were held against the kernel's, or how many were wrong. */
export function tableOf(findings: Findings): string {
  const checks = checksOf(findings);
  const rows = [...findings].map(([kernel, results]) => {
    const seconds = results.reduce((sum, one) => sum + one.seconds, 0);
    const cells = checks.map((check) => cell(results.find((result) => result.check === check)));
    return [kernel, ...cells, `${Math.round(seconds)} s`];
  });
  const all = [['kernel', ...checks, 'checks took'], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What is wrong, a line each. */
export function problemsOf(findings: Findings): string[] {
  return [...findings].flatMap(([kernel, results]) =>
    results.flatMap(({ check, problems }) => problems.map((problem) => `${kernel}, ${check}: ${problem}`)),
  );
}
