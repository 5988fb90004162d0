/** What a campaign's dataset holds and is worth, all of it read from its folder. */
import { z } from 'zod';
import { resultSchema } from '../../builder/benchmark/result.ts';
import { tablesOfDataset } from '../../dataset/folder/dataset-rows.ts';
import type { Table } from '../../dataset/model/table.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import { lackText } from '../../dataset/summary/lacks.ts';
import { readRows } from '../../learning/table/read-dataset.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { builder } from '../../test/builder/support/cli.ts';
import { type Campaign, campaignOf } from './campaign-file.ts';
import { countsOf } from './counts.ts';
import { plantedDrifts } from './planted.ts';
import type { DatasetResults } from './results.ts';

const told = z.object({ results: z.array(resultSchema) });

async function asked(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await builder(args);
  if (code !== 0) throw new Error(`kubevigil-builder ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/**
 * Verifies a dataset, learns the baselines on it, and plants drifts in its rows.
 *
 * @param folder that the builder wrote
 */
export async function judged(folder: string): Promise<DatasetResults & { readonly campaign: Campaign }> {
  await asked(['verify', folder]);
  const { results: baselines } = told.parse(JSON.parse(await asked(['baseline', folder, '--json'])));
  await asked(['report', folder]);
  const storage = await openStorage(folder);
  const { manifest, series } = await readRows(storage, folder, false);
  const campaign = campaignOf(manifest);
  const tables: Table[] = [];
  for await (const table of tablesOfDataset(storage, manifest)) tables.push(table);
  const ran = new Set(campaign.batches.flatMap(({ turns }) => turns.map(({ scenario }) => scenario)));
  const scenarios = SCENARIOS.filter(({ name }) => ran.has(name));
  const counts = countsOf(
    series.flatMap(({ facts }) => facts),
    scenarios,
  );
  const { split } = manifest;
  return {
    campaign,
    rows: split.rows,
    normalRows: split.normalRows ?? {},
    gapSteps: manifest.gaps.reduce((sum, { steps }) => sum + steps, 0),
    scenarios: Object.fromEntries(
      scenarios.flatMap(({ name, role }) => {
        const parts = counts.get(name);
        return parts === undefined ? [] : [[name, { role, parts }]];
      }),
    ),
    lacks: (split.lacks ?? []).map(lackText),
    leaking: manifest.leakingColumns,
    drift: plantedDrifts(tables),
    baselines,
  };
}
