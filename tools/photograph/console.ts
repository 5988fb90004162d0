import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openDetector } from '../../detector/candidate/detector.ts';
import { writeCandidate } from '../../detector/candidate/write.ts';
import { train } from '../../detector/training/train.ts';
import type { Series } from '../../learning/table/series.ts';
import { syntheticDataset } from '../../test/detector/support/synthetic.ts';
import { startChild, waitForChild } from '../programs/child.ts';
import { ROOT } from '../programs/paths.ts';
import { freePort } from '../programs/ports.ts';

const STEP_MS = 15_000;
/** Rows of the synthetic dataset that are streamed: an attack is among the last. */
const ROWS = 590;

type Dataset = ReturnType<typeof syntheticDataset>;

/** A stream of rows as kubevigil-builder's; the rows are made up, and end now. */
function streamOf(dataset: Dataset): string {
  const startMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - ROWS * STEP_MS;
  const row = ({ entity, values }: Series, i: number, timestamp: string) => {
    const cells = dataset.columns.map(({ name }, column) => {
      const value = values[column]?.[i] ?? Number.NaN;
      return [name, Number.isNaN(value) ? null : value];
    });
    return { type: 'row', row: { timestamp, ...entity, ...Object.fromEntries(cells) } };
  };
  const records = Array.from({ length: ROWS }, (_, i) => {
    const timestamp = new Date(startMs + i * STEP_MS).toISOString();
    return [...dataset.series.map((series) => row(series, i, timestamp)), { type: 'step', timestamp }];
  });
  return records
    .flat()
    .map((record, id) => `${JSON.stringify({ id: String(id), ...record })}\n`)
    .join('');
}

function serveStream(text: string): Promise<{ url: string; close(): void }> {
  const readers = new Set<ServerResponse>();
  const server = createServer((_, response) => {
    readers.add(response);
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).write(text);
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stream`,
        close() {
          for (const reader of readers) reader.destroy();
          server.close();
        },
      }),
    ),
  );
}

/** Trains a model on made-up rows and promotes it, so that its alarms are raised. */
async function promotedModel(dataset: Dataset, models: string): Promise<void> {
  const { name, contents } = await train([dataset], 1, () => {});
  mkdirSync(models);
  const detector = await openDetector(writeCandidate(models, name, contents));
  await detector.close();
  const { name: model, manifestSha256 } = detector.candidate;
  writeFileSync(
    join(models, 'promoted.json'),
    JSON.stringify({
      ...{ schemaVersion: 1, model, manifestSha256, decider: 'trees' },
      ...{ evaluationSha256: '0'.repeat(64), budget: 100, reasons: [] },
    }),
  );
}

/** Runs the detector over made-up rows with an attack at their end, and gives the address of that alarm's page. */
export async function withConsole(
  folder: string,
  use: (overview: string, alarm: string) => Promise<void>,
): Promise<void> {
  const dataset = syntheticDataset();
  const models = join(folder, 'models');
  await promotedModel(dataset, models);
  const stream = await serveStream(streamOf(dataset));
  const address = `127.0.0.1:${await freePort()}`;
  const detector = startChild(
    process.execPath,
    [
      join(ROOT, 'dist/detector/main.js'),
      ...['serve', '--model', models, '--stream', stream.url, '--web.listen-address', address],
      ...['--verdicts', join(folder, 'verdicts.csv')],
    ],
    join(folder, 'detector.log'),
  );
  try {
    const read = (path: string) =>
      fetch(`http://${address}${path}`).then(
        (answer) => answer.text(),
        () => '',
      );
    await waitForChild(detector, 'the detector to score all rows', async () =>
      (await read('/metrics')).includes(`kubevigil_detector_rows_total ${ROWS * dataset.series.length}\n`)
        ? true
        : undefined,
    );
    const [, link] = /href="(alarm\?id=[^"]+)"/.exec(await read('/')) ?? [];
    await use(`http://${address}/`, `http://${address}/${link}`);
  } finally {
    await detector.stop();
    stream.close();
  }
}
