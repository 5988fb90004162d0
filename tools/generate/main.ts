/**
 * Writes everything that is derived from the catalogue and from the extractors' folder.
 *
 * The registries are written first; what is made of the registries' content needs them compiled, so that a new
 * metric takes two rounds: this program runs itself again when a registry changed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { columnNames } from './column-names.ts';
import { metricTable } from './metric-table.ts';
import { recordingRules } from './recording-rules.ts';
import { catalogueIndex, extractorIndex } from './registries.ts';
import { fieldTable, ruleTable } from './rule-tables.ts';
import { scenarioTable } from './scenario-table.ts';
import { splice } from './splice.ts';

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the file unless it already has this content; true when it was written. */
function write(path: string, content: string): boolean {
  if (read(path) === content) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  process.stdout.write(`generated ${path}\n`);
  return true;
}

const changed = [
  write('exporter/catalogue/index.ts', catalogueIndex('exporter/catalogue')),
  write('exporter/extractors/index.ts', extractorIndex('exporter/extractors')),
].some(Boolean);

if (changed) {
  execFileSync('npm', ['run', '--silent', 'generate'], { stdio: 'inherit' });
} else {
  const { METRICS } = await import('../../exporter/catalogue/index.ts');
  const { SCENARIOS } = await import('../../scenarios/registry.ts');
  write('prometheus/rules/recording.yml', recordingRules(METRICS));
  write('scenarios/columns.ts', columnNames(METRICS));
  const parts = {
    metrics: metricTable(METRICS),
    rules: ruleTable(readFileSync('exporter/rules/default.yaml', 'utf8')),
    fields: fieldTable(),
    scenarios: scenarioTable(SCENARIOS),
  };
  const readme = Object.entries(parts).reduce(
    (document, [name, content]) => splice(document, name, content),
    readFileSync('README.md', 'utf8'),
  );
  write('README.md', readme);
}
