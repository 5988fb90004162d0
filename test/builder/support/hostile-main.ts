/** Runs every command that looks at a dataset's folder on folders that others made; tells on standard output how each ended. */
import { join } from 'node:path';
import { build, update } from '../../../builder/commands/build.ts';
import { merge } from '../../../builder/commands/merge.ts';
import { verify } from '../../../builder/commands/verify.ts';
import { loadConfig } from '../../../builder/config/load.ts';
import { writeReport } from '../../../builder/report/report.ts';
import { BuilderError } from '../../../common/errors.ts';
import { createLogger } from '../../../common/log.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';

const [base = '', ...folders] = process.argv.slice(2);

const surroundings = () => ({
  nowMs: Date.now(),
  log: createLogger({ level: 'error', format: 'logfmt' }),
  progress: { start() {}, done() {}, stop() {} },
  signal: new AbortController().signal,
});
/** As the dataset was built that is in a folder: its parent's name says how. */
const configFor = (name: string, output: string) =>
  loadConfig({ config: join(base, name), output, format: output.includes('/csv/') ? 'csv' : 'parquet' });

const COMMANDS: Readonly<Record<string, (folder: string) => Promise<readonly string[]>>> = {
  verify: async (folder) => (await verify(localStorage(folder))).differences,
  report: async (folder) => [await writeReport(localStorage(folder))],
  merge: async (folder) => (await merge(localStorage(folder))).warnings.slice(0, 0),
  update: async (folder) =>
    (await update(configFor('later.yaml', folder), surroundings())).warnings.slice(0, 0),
  build: async (folder) =>
    (await build(configFor('dataset.yaml', folder), surroundings())).warnings.slice(0, 0),
};

const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

for (const folder of folders) {
  for (const [command, run] of Object.entries(COMMANDS)) {
    tell({ folder, command });
    let lines: readonly string[];
    let unexpected: string | undefined;
    try {
      lines = await run(folder);
    } catch (error) {
      lines = [(error as Error).message];
      if (!(error instanceof BuilderError)) unexpected = String((error as Error).stack);
    }
    tell({ folder, command, lines: lines.slice(0, 50), unexpected });
  }
}
tell({ maxRssBytes: process.resourceUsage().maxRSS * 1024 });
