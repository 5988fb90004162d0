import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild, waitForChild } from '../programs/child.ts';
import { ROOT } from '../programs/paths.ts';
import { freePort } from '../programs/ports.ts';
import { answers, type RunningPrometheus, startPrometheus } from '../programs/prometheus.ts';
import { shippedConfig } from '../programs/shipped-config.ts';

/** An exporter on loopback. */
export interface RunningExporter extends Child {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
}

/** Starts the exporter on a free port, with rules beside the default ones, and waits until it answers. */
export async function startExporter(folder: string, rulesFile: string): Promise<RunningExporter> {
  const address = `127.0.0.1:${await freePort()}`;
  const main = join(ROOT, 'dist', 'exporter', 'main.js');
  const child = startChild(
    process.execPath,
    [
      main,
      `--web.listen-address=${address}`,
      `--rules.file=${rulesFile}`,
      '--kubernetes=off',
      '--log.level=warn',
    ],
    join(folder, 'exporter.log'),
  );
  try {
    await waitForChild(child, 'the exporter to answer', (signal) =>
      answers(`http://${address}/-/ready`, signal),
    );
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { ...child, address };
}

/** Starts Prometheus on a free port with the shipped configuration, scraping the exporter each second. */
export function startPrometheusFor(
  folder: string,
  exporter: RunningExporter,
  node: string,
): Promise<RunningPrometheus> {
  const targets = join(folder, 'targets.json');
  writeFileSync(targets, JSON.stringify([{ targets: [exporter.address], labels: { node } }]));
  return startPrometheus(folder, shippedConfig('prometheus.yml', targets, '1s'));
}

/** Waits until Prometheus has scraped the target with success. */
export async function waitForFirstScrape(prometheus: RunningPrometheus): Promise<void> {
  await waitForChild(prometheus, 'the first scrape', async (signal) => {
    const response = await fetch(`${prometheus.url}/api/v1/query?query=up`, { signal });
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.some(({ value }) => value[1] === '1');
  });
}
