import { cliPage } from './cli-page.ts';

const GUIDES = '../guides';

/** The pages of all programs; loaded late, since the programs' commands need the registries. */
export async function cliPages(): Promise<Readonly<Record<string, string>>> {
  const { exporterProgram } = await import('../../exporter/program/command.ts');
  const { builderCommand } = await import('../../builder/commands/command.ts');
  const { scenariosCommand } = await import('../../scenarios/program/command.ts');
  const { detectorCommand } = await import('../../detector/commands/command.ts');
  return {
    'exporter-cli.md': cliPage({
      program: exporterProgram(),
      source: 'exporter/program/',
      see: 'See also [install the exporter](../getting-started/install-node.md) and\n[web security](../operations/web-security.md).',
    }),
    'builder-cli.md': cliPage({
      program: builderCommand(),
      source: 'builder/commands/',
      see: `See also [your first dataset](${GUIDES}/first-dataset.md) and the\n[configuration file](builder-config.md), which has more than the flags.`,
    }),
    'scenarios-cli.md': cliPage({
      program: scenariosCommand(),
      source: 'scenarios/program/',
      see: `See also [run a campaign](${GUIDES}/run-a-campaign.md) and the\n[API](scenarios-api.md).`,
    }),
    'detector-cli.md': cliPage({
      program: detectorCommand(),
      source: 'detector/commands/',
      see: `See also [train a detector](${GUIDES}/train-a-detector.md) and\n[run the detector](${GUIDES}/run-the-detector.md).`,
    }),
  };
}
