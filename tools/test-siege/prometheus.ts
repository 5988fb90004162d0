/** The real Prometheus as an admitted client. */
import { join } from 'node:path';
import { type RunningPrometheus, startPrometheus } from '../programs/prometheus.ts';
import { type Scrape, TIMEOUT_S } from './admitted.ts';
import { type Agent, basic } from './agent.ts';

const JOB = 'kubevigil';
const USER = 'prometheus';

export async function startScraping(
  folder: string,
  { door, caFile, port }: Agent,
  intervalS: number,
): Promise<RunningPrometheus> {
  const password =
    door.rights === undefined
      ? undefined
      : Buffer.from(basic(USER).split(' ')[1] ?? '', 'base64')
          .toString()
          .split(':')[1];
  return startPrometheus(join(folder, `prometheus-${port}`), {
    scrape_configs: [
      {
        ...{ job_name: JOB, scrape_interval: `${intervalS}s` },
        scrape_timeout: `${Math.min(intervalS, TIMEOUT_S)}s`,
        ...{ honor_labels: true, scheme: door.ca === undefined ? 'http' : 'https' },
        ...(password === undefined
          ? {}
          : { basic_auth: { username: USER, password }, tls_config: { ca_file: caFile } }),
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      },
    ],
  });
}

interface Matrix {
  readonly data: { readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[] };
}

async function values(url: string, series: string, seconds: number): Promise<number[]> {
  const query = `${series}{job="${JOB}"}[${Math.ceil(seconds)}s]`;
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as Matrix;
  return (data.result[0]?.values ?? []).map(([, value]) => Number(value));
}

/** What it says of its own scrapes of the last seconds. */
export async function scrapesOf({ url }: RunningPrometheus, seconds: number): Promise<Scrape[]> {
  const [up, durations] = [
    await values(url, 'up', seconds),
    await values(url, 'scrape_duration_seconds', seconds),
  ];
  return durations.map((duration, i) => ({
    ...{ atMs: Number.NaN, ms: duration * 1_000 },
    failure: up[i] === 1 ? undefined : 'down',
  }));
}
