import { stringify } from 'yaml';
import { LOG_LABEL } from '../cells.ts';
import { MARK_KINDS, type MarkKind, RULES_PER_KIND } from './plan.ts';

/** Where marked events leave their traces, below the folder of the siege. */
export const markProgram = (folder: string, rule: string) => `${folder}/marks/${rule}`;
export const markFolder = (folder: string, rule: string) => `${folder}/watched/${rule}`;
export const logMark = (rule: string) => `mark of ${rule}.`;
const FIRST_PORT = 7_100;
export const markPort = (rule: string) => FIRST_PORT + Number(rule.split('_').at(-1));

/** What tells the events of one rule from all others. */
function conditionOf(kind: MarkKind, rule: string, folder: string): object {
  switch (kind) {
    case 'exec':
      return { condition: `path == ${JSON.stringify(markProgram(folder, rule))}` };
    case 'connection':
      return { condition: `port == ${markPort(rule)}` };
    case 'file':
      return { paths: [`${markFolder(folder, rule)}/*`] };
    case 'log':
      return { pods: { labels: LOG_LABEL }, condition: `line.contains(${JSON.stringify(logMark(rule))})` };
  }
}

export const rulesOf = (kind: MarkKind) =>
  Array.from({ length: RULES_PER_KIND }, (_, i) => `siege_${kind}_${i}`);

/** The file for `--rules.file`: the marks' rules, and one that watches what lies on the dead mount. */
export function rulesFile(folder: string, deadPaths: readonly string[]): string {
  const common = { severity: 'info', mitre: 'T1499', description: 'Of the siege.' };
  const rules: object[] = MARK_KINDS.flatMap((on) =>
    rulesOf(on).map((name) => ({ name, on, ...common, ...conditionOf(on, name, folder) })),
  );
  if (deadPaths.length > 0) rules.push({ name: 'siege_dead', on: 'file', ...common, paths: deadPaths });
  return stringify({ rules }, { aliasDuplicateObjects: false });
}
