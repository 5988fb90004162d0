import { setTimeout as sleep } from 'node:timers/promises';
import { cpuBurn } from '../../scenarios/attacks/cpu-burn.ts';
import { diskThrash } from '../../scenarios/attacks/disk-thrash.ts';
import { EpisodeLog } from '../../scenarios/episodes.ts';
import type { Scenario } from '../../scenarios/scenario.ts';

const NORMAL_MS = 20_000;
const ANOMALY_MS = 8_000;
const ANOMALIES: readonly Scenario[] = [cpuBurn, diskThrash];

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

async function phase(text: string, durationMs: number, wait: () => Promise<void>): Promise<void> {
  process.stdout.write(`  ${text.padEnd(44)}${seconds(durationMs).padStart(5)} … `);
  await wait();
  process.stdout.write('done\n');
}

/**
 * A minute of normal time with an anomaly after each of its first two thirds.
 *
 * @param episodesFile where the ground truth goes
 * @param node the node label under which this machine is scraped
 * @param folder for the files that the anomalies write
 */
export async function runCampaign(
  episodesFile: string,
  node: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const episodes = new EpisodeLog(episodesFile, 'demo');
  const normal = () => phase('normal time', NORMAL_MS, () => sleep(NORMAL_MS, undefined, { signal }));
  for (const anomaly of ANOMALIES) {
    await normal();
    const options = { durationMs: ANOMALY_MS, intensity: 1, folder };
    await phase(`${anomaly.name}: ${anomaly.help}`, ANOMALY_MS, () =>
      episodes.during(anomaly, node, () => anomaly.run(options, signal)),
    );
    signal.throwIfAborted();
  }
  await normal();
}
