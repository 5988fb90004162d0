import { readFile } from 'node:fs/promises';
import { runCommand, UsageError } from '../../common/cli.ts';
import type { Program } from '../../common/flags.ts';
import { EXTRACTORS } from '../extractors/index.ts';
import { checkRules } from '../rules/check.ts';
import { DEFAULT_RULES_FILE } from '../rules/load.ts';
import { eventsCommand } from './events-command.ts';
import { exporterCommand, readOptions } from './options.ts';
import { runExporter } from './run.ts';

/** `kubevigil-exporter` with its commands. */
export function exporterProgram(): Program {
  const names = EXTRACTORS.map(({ name }) => name);
  const command = exporterCommand(names);
  command
    .command('check-rules [file]')
    .description('Check a rules file as the exporter would load it; exit status 2 if it would be refused.')
    .option('--print-defaults', 'print the default rules instead, as a rules file to copy from')
    .example('kubevigil-exporter check-rules rules.yaml', 'in CI, before the file is rolled out')
    .action(async (file: string | undefined, flags: { readonly 'print-defaults'?: boolean }) => {
      if ((file === undefined) !== (flags['print-defaults'] === true)) {
        throw new UsageError('check-rules takes either a file or --print-defaults');
      }
      if (file === undefined) {
        process.stdout.write(await readFile(DEFAULT_RULES_FILE, 'utf8'));
        return;
      }
      const { ok, lines } = await checkRules(file);
      (ok ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
      if (!ok) process.exitCode = 2;
    });
  command.addCommand(eventsCommand());
  command.action(() => runExporter(readOptions(command, names)));
  return command
    .example('kubevigil-exporter', 'serve http://localhost:24924/metrics')
    .example(
      'kubevigil-exporter --web.config.file web.yml --rules.file rules.yaml',
      'TLS, and rules of your own',
    )
    .example(
      'kubevigil-exporter --kubernetes off --events.output stdout',
      'outside of a cluster, with a line of JSON for each match',
    );
}

export const main = (): Promise<void> => runCommand(exporterProgram());
