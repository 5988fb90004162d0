import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { ROOT } from '../support/paths.ts';
import { program } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { bySubject, neededRules, type PromtoolTest } from './support/needed-rules.ts';
import { type AlertRule, readGroups, readRules } from './support/rule-files.ts';

const run = promisify(execFile);
const RULES = join(ROOT, 'prometheus', 'rules');
const TESTS = join(ROOT, 'prometheus', 'tests');
const BIRTHS = 'kubevigil-births.yml';
const RULE_FILES = readdirSync(RULES);

/** The one that is run as it ships, with all rules. */
const WHOLE = 'kubevigil-attack-access.yml';

interface TestFile {
  readonly rule_files: string[];
  readonly group_eval_order?: string[];
  readonly tests: PromtoolTest[];
}

const readTests = (file: string) => parse(readFileSync(join(TESTS, file), 'utf8')) as TestFile;

/** Whose processes end soon: to look for garbage less often saves a fifth of their CPU time. */
const ENVIRONMENT = { ...process.env, GOGC: '800' };

async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(await program('promtool'), [...args], { env: ENVIRONMENT });
  return stdout;
}

/** What promtool tells when it fails; empty when it does not. */
const failureOf = (...args: readonly string[]): Promise<string> =>
  promtool(...args).then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );

/** How an expression of `counted()` begins, up to what `increase()` counts. */
const BORN =
  /last_over_time\(kubevigil_\w+_total(?:\{[^}]*\})?\[\w+\](?: offset \w+)?\) unless .*? or increase\(/g;

describe('prometheus/rules', () => {
  const folder = temporaryFolder();

  /** The tests of a file by their subjects, each file with the rules that it needs: all of them would be evaluated each minute of every test. */
  function divided(file: string, change = (test: PromtoolTest) => test): string[] {
    const { rule_files, group_eval_order = [], tests, ...rest } = readTests(file);
    const groups = rule_files.flatMap((path) => readGroups(basename(path)));
    return bySubject(tests).map((own) => {
      const needed = neededRules(groups, own);
      const order = group_eval_order.filter((name) => needed.some((group) => group.name === name));
      const path = folder();
      writeFileSync(join(path, 'rules.yml'), stringify({ groups: needed }));
      const document = {
        ...rest,
        rule_files: ['rules.yml'],
        group_eval_order: order,
        tests: own.map(change),
      };
      writeFileSync(join(path, file), stringify(document));
      return join(path, file);
    });
  }

  it('passes promtool check rules, without a duplicate', async () => {
    const said = await promtool('check', 'rules', ...RULE_FILES.map((file) => join(RULES, file)));
    expect(said).not.to.match(/duplicate/i);
    expect(said.match(/SUCCESS/g)).to.have.length(RULE_FILES.length);
  });

  for (const file of readdirSync(TESTS)) {
    it(`${file}: its alerts fire when they must, and only then`, async () => {
      const files = file === WHOLE ? [join(TESTS, file)] : divided(file);
      expect(await promtool('test', 'rules', ...files)).to.have.string('SUCCESS');
    });
  }

  it('every alert has a case that fires and one that does not', () => {
    const files = readdirSync(TESTS).filter((file) => file !== BIRTHS);
    const tests = files.flatMap((file) => readTests(file).tests);
    const cases = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test);
    const alerts = readRules(['alerts.yml']).filter((rule): rule is AlertRule => 'alert' in rule);
    for (const { alert } of alerts) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      expect(
        own.map(({ exp_alerts }) => exp_alerts.length > 0),
        alert,
      ).to.deep.equal([true, false]);
    }
  });

  for (const [what, weaken, story] of [
    ['first values do not count', (expr: string) => expr.replaceAll(BORN, 'increase('), 'Fires: all of it'],
    [
      'all first values count',
      (expr: string) => expr.replaceAll(/ and on \(cluster, node, instance\) \(.*?\) < \d+\)\)/g, ''),
      'Quiet: the exporter cannot be scraped',
    ],
    [
      'all values count',
      (expr: string) => expr.replaceAll(/ unless kubevigil_\w+(\{[^}]*\})? offset \w+/g, ''),
      'Quiet: its owner is gone',
    ],
  ] as const) {
    it(`the cases of births fail where ${what}`, async () => {
      const rules = readGroups('alerts.yml').map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({ ...rule, expr: weaken(rule.expr) })),
      }));
      const { tests, ...rest } = readTests(BIRTHS);
      const own = tests.filter(({ name }) => name.startsWith(story)).slice(0, 1);
      expect(own).to.have.length(1);
      const name = folder();
      writeFileSync(join(name, 'alerts.yml'), stringify({ groups: neededRules(rules, own) }));
      writeFileSync(join(name, 'births.yml'), stringify({ ...rest, rule_files: ['alerts.yml'], tests: own }));
      const failure = await failureOf('test', 'rules', join(name, 'births.yml'));
      expect(failure).to.contain('FAILED').and.to.contain('KubevigilSuspiciousExec');
    });
  }

  it('the tests can fail: a case that fires is not taken for one that is quiet', async () => {
    const silenced = divided(WHOLE, ({ alert_rule_test = [], ...test }) => ({
      ...test,
      alert_rule_test: alert_rule_test.map((one) => ({ ...one, exp_alerts: [] })),
    }));
    const failure = await failureOf('test', 'rules', ...silenced);
    const { tests } = readTests(WHOLE);
    for (const { name } of tests.filter(({ name }) => name.includes(' fires: ')))
      expect(failure).to.contain(name);
  });

  it('the PrometheusRule has the groups of the rule files, and they pass promtool', async () => {
    const document = parse(
      readFileSync(join(ROOT, 'prometheus', 'generated', 'prometheusrule.yaml'), 'utf8'),
    ) as { kind: string; apiVersion: string; spec: { groups: { name: string }[] } };
    expect([document.apiVersion, document.kind]).to.deep.equal([
      'monitoring.coreos.com/v1',
      'PrometheusRule',
    ]);
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect([...document.spec.groups].sort(byName)).to.deep.equal(RULE_FILES.flatMap(readGroups).sort(byName));
    const path = join(folder(), 'groups.yml');
    writeFileSync(path, stringify(document.spec));
    await promtool('check', 'rules', path);
  });
});
