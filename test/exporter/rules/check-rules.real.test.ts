import { spawnSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { exporterProgram } from '../../../exporter/program/command.ts';
import { ROOT } from '../../support/paths.ts';
import { runHere } from '../../support/run-here.ts';
import { temporaryPaths } from '../../support/temporary.ts';

/** As a process of its own. */
function exporterProcess(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'dist/exporter/main.js'), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

async function exporter(...args: readonly string[]) {
  const { code: status, stdout, stderr } = await runHere(exporterProgram, args);
  return { status, stdout, stderr };
}

const GOOD = 'name: x, on: exec, severity: info, mitre: T1059, description: d';

describe('kubevigil-exporter check-rules', () => {
  const at = temporaryPaths();

  it('says what a good file holds', () => {
    writeFileSync(at('r'), `rules:\n  - {${GOOD}, condition: in_container}\n`);
    const { status, stdout, stderr } = exporterProcess('check-rules', at('r'));
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.match(/: 1 rules \(exec 1, .*\); \d+ with the default set\n$/);
  });

  it('gives each problem a line with file, line and reason, and ends with 2', async () => {
    writeFileSync(
      at('r'),
      `rules:\n  - {${GOOD}, condition: nam}\n  - {${GOOD}, condition: 'path.matches("(")'}\n`,
    );
    expect(await exporter('check-rules', at('r'))).to.deep.equal({
      status: 2,
      stdout: '',
      stderr:
        `${at('r')}:2: condition: unknown variable: nam\n` +
        `${at('r')}:3: condition: error parsing regexp: missing closing ): \`(\`\n`,
    });
  });

  it('prints the default rules as a file that is accepted', async () => {
    const { status, stdout, stderr } = await exporter('check-rules', '--print-defaults');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.contain('started_by in ["entrypoint", "cron", "probe", "hook"]');
    writeFileSync(at('r'), stdout);
    const again = await exporter('check-rules', at('r'));
    const [, own, all] = /: (\d+) rules .*; (\d+) with the default set\n$/.exec(again.stdout) ?? [];
    expect([again.status, Number(own)]).to.deep.equal([0, Number(all)]);
  });

  it('wants one of both', async () => {
    for (const args of [[], ['--print-defaults', at('r')]]) {
      const { status, stderr } = await exporter('check-rules', ...args);
      expect(status).to.equal(2);
      expect(stderr).to.equal('kubevigil-exporter: check-rules takes either a file or --print-defaults\n');
    }
  });

  it('refuses 10 MB with one line', async () => {
    writeFileSync(at('r'), '');
    truncateSync(at('r'), 10_000_000);
    const { status, stderr } = await exporter('check-rules', at('r'));
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr: `${at('r')}:1: is larger than 131072 bytes\n`,
    });
  });

  it('keeps the exporter from starting with a bad file, in one line', async () => {
    writeFileSync(at('r'), 'rules: 1\n');
    const { status, stderr } = exporterProcess('--rules.file', at('r'));
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr: `kubevigil-exporter: ${at('r')}:1: rules must be a list\n`,
    });
  });
});
