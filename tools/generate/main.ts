/**
 * Writes everything that is derived from the catalogue and from the folders of extractors and scenarios, and breaks the long lines of
 * documents.
 *
 * The registries are written first; what is made of the registries' content needs them compiled, so that a new
 * metric takes two rounds: this program runs itself again when a registry changed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXCEPTIONS, HOUSES } from '../architecture/layers.ts';
import { architecturePage } from '../architecture/page.ts';
import { layersPicture } from '../architecture/picture.ts';
import { isGenerated, readPages } from '../documents/pages.ts';
import { wrap } from '../documents/wrap.ts';
import { pinnedFiles, readLock } from '../images/checkout.ts';
import { readBenchmark } from '../lab-campaign/results.ts';
import { readLabResults } from '../lab-nodes/results.ts';
import { readResults } from '../test-detection/results.ts';
import { readSeparations } from '../test-separation/results.ts';
import { alertRules } from './alert-rules.ts';
import { alertTests } from './alert-tests.ts';
import { alertsPage } from './alerts-page.ts';
import { authorizedConfig } from './authorized-config.ts';
import { baselineRules } from './baseline-rules.ts';
import { benchmarkPage } from './benchmark-page.ts';
import { birthTests } from './birth-tests.ts';
import { cliPages } from './cli-pages.ts';
import { columnNames } from './column-names.ts';
import { columnsPage } from './columns-page.ts';
import { coveragePage } from './coverage-page.ts';
import { configMaps, dashboardFiles } from './dashboards.ts';
import { detectionPage } from './detection-page.ts';
import { evaluationPage } from './evaluation-page.ts';
import { evasionPage } from './evasion-page.ts';
import { eventSchema } from './event-schema.ts';
import { eventsPage } from './events-page.ts';
import { expectedEffects } from './expected-effects.ts';
import { metricsPage } from './metrics-page.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { deviationRules, recordingRules } from './recording-rules.ts';
import {
  catalogueIndex,
  extractorIndex,
  formatNames,
  formatRegistry,
  labelSourceRegistry,
  scenarioRegistry,
  storageRegistry,
} from './registries.ts';
import { defaultRulesPage, ruleFieldsPage } from './rule-pages.ts';
import { runbooks } from './runbooks.ts';
import { scenariosPage } from './scenarios-page.ts';
import { separationPage } from './separation-page.ts';

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

/** Writes the files of a folder that holds nothing else: what is not among them any more is removed. */
function writeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) write(join(folder, name), content);
  for (const name of readdirSync(folder).filter((present) => !(present in files))) {
    rmSync(join(folder, name));
    process.stdout.write(`removed ${join(folder, name)}\n`);
  }
}

const changed = [
  write('exporter/catalogue/index.ts', catalogueIndex('exporter/catalogue')),
  write('exporter/extractors/index.ts', extractorIndex('exporter/extractors')),
  write('dataset/model/format-names.ts', formatNames('dataset/formats')),
  write('dataset/formats/registry.ts', formatRegistry('dataset/formats')),
  write('dataset/storage/registry.ts', storageRegistry('dataset/storage')),
  write('builder/label-sources/registry.ts', labelSourceRegistry('builder/label-sources/kinds')),
  write('scenarios/registry/registry.ts', scenarioRegistry('scenarios/attacks', 'scenarios/benign')),
].some(Boolean);

if (changed) {
  execFileSync('npm', ['run', '--silent', 'generate'], { stdio: 'inherit' });
} else {
  const { METRICS } = await import('../../exporter/catalogue/index.ts');
  const { SCENARIOS } = await import('../../scenarios/registry/registry.ts');
  write('scenarios/scenario/columns.ts', columnNames(METRICS));
  write('dataset/episodes/expected-effects.ts', expectedEffects(SCENARIOS));
  const { ALERT_GROUPS } = await import('../../prometheus/alerts/index.ts');
  const { BASELINES } = await import('../../prometheus/alerts/baselines.ts');
  const rules = {
    'recording.yml': recordingRules(METRICS),
    'deviations.yml': deviationRules(METRICS),
    'baselines.yml': baselineRules(BASELINES),
    'alerts.yml': alertRules(ALERT_GROUPS),
  };
  for (const [file, content] of Object.entries(rules)) write(`prometheus/rules/${file}`, content);
  write('prometheus/generated/prometheusrule.yaml', prometheusRule(Object.values(rules)));
  writeFolder('prometheus/tests', {
    ...alertTests(ALERT_GROUPS),
    'kubevigil-births.yml': birthTests(ALERT_GROUPS),
  });
  writeFolder('prometheus/runbooks', runbooks(ALERT_GROUPS));
  write(
    'manifests/overlays/authorization/kubernetes.yml',
    authorizedConfig(readFileSync('prometheus/kubernetes.yml', 'utf8')),
  );
  for (const [file, content] of Object.entries(pinnedFiles('.', readLock('.')))) write(file, content);
  const { DASHBOARDS } = await import('../../grafana/index.ts');
  writeFolder('grafana/dashboards', dashboardFiles(DASHBOARDS));
  writeFolder('grafana/generated', configMaps(DASHBOARDS));
  const { EVASIONS } = await import('../../test/exporter/evasion/table/index.ts');
  write('docs/reference/metrics.md', metricsPage(METRICS));
  write('docs/reference/columns.md', columnsPage(METRICS));
  write(
    'docs/reference/default-rules.md',
    defaultRulesPage(readFileSync('exporter/rules/default.yaml', 'utf8')),
  );
  write('docs/reference/rule-fields.md', ruleFieldsPage());
  write('docs/reference/scenarios.md', scenariosPage(SCENARIOS));
  write('docs/reference/alerts.md', alertsPage(ALERT_GROUPS));
  for (const [file, content] of Object.entries(await cliPages())) write(`docs/reference/${file}`, content);
  write('docs/reference/events.schema.json', eventSchema());
  write('docs/reference/events.md', eventsPage());
  write('docs/reference/evasion.md', evasionPage(EVASIONS));
  write('docs/reference/separation.md', separationPage(SCENARIOS, readSeparations()));
  write('docs/reference/evaluation.md', evaluationPage(readLabResults()));
  write('docs/reference/benchmark.md', benchmarkPage(SCENARIOS, readBenchmark()));
  write('docs/reference/detection.md', detectionPage(SCENARIOS, readResults()));
  write('docs/reference/attack-coverage.md', coveragePage(SCENARIOS, METRICS));
  write('docs/development/architecture.md', architecturePage(HOUSES, EXCEPTIONS));
  write('docs/development/architecture.svg', layersPicture(HOUSES));
  const pages = readPages('.');
  const { drawnPictures } = await import('../pictures/drawn.ts');
  const readme = pages.find(({ path }) => path === 'README.md');
  if (readme === undefined) throw new Error('there is no README.md');
  for (const [file, picture] of Object.entries(drawnPictures(readme)))
    write(`docs/pictures/${file}`, picture);
  for (const page of pages.filter((one) => !isGenerated(one))) write(page.path, wrap(page.text));
}
