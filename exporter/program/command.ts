import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { runCommand, UsageError } from '../../common/cli.ts';
import { EXTRACTORS } from '../extractors/index.ts';
import { checkRules } from '../rules/check.ts';
import { DEFAULT_RULES_FILE } from '../rules/load.ts';
import { eventsCommand } from './events-command.ts';
import { exporterCommand, readOptions } from './options.ts';
import { runExporter } from './run.ts';

/**
 * `kubevigil-exporter` with its command.
 *
 * @internal exported for its own tests
 */
export function exporterProgram(): Command {
  const names = EXTRACTORS.map(({ name }) => name);
  const command = exporterCommand(names);
  command
    .command('check-rules [file]')
    .description('checks a rules file as the exporter would load it; exit status 2 when it would be refused')
    .option('--print-defaults', 'prints the default rules in place of that, as a rules file to copy from')
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
  return command.action(() => runExporter(readOptions(command, names)));
}

export const main = (): Promise<void> => runCommand(exporterProgram());
