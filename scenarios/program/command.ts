import type { Command } from 'commander';
import { UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { packageVersion } from '../../common/version.ts';
import { runPlanCommand } from '../campaign/command.ts';
import { serveCommand } from '../serve/options.ts';
import { serve } from '../serve/run.ts';

/** `kubevigil-scenarios` with its commands. */
export function scenariosCommand(): Program {
  const command = new Program('kubevigil-scenarios')
    .description('Causes anomalies on demand, and writes down when.')
    .version(packageVersion())
    .allowExcessArguments()
    .action((_, { args }: Command) => {
      const unknown = args[0] === undefined ? '' : `there is no command ${args[0]}: `;
      throw new UsageError(`${unknown}say serve or run, or --help`);
    });
  command.addCommand(serveCommand(serve)).addCommand(runPlanCommand());
  return command.example('kubevigil-scenarios run plan.yaml --dry-run', 'print what a campaign would do');
}
