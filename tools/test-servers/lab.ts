/** The servers side by side, with the same samples: one Prometheus scrapes, and the others get them of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Child, startChild, waitForChild } from '../programs/child.ts';
import { freePort } from '../programs/ports.ts';
import { answers, startPrometheus } from '../programs/prometheus.ts';
import { START_MS, waitFor } from '../programs/wait.ts';
import { goProgram } from './go-programs.ts';

export interface Lab {
  /** Debian's Prometheus, which scrapes. */
  readonly prometheus: string;
  /** Prometheus 3, VictoriaMetrics and Thanos' querier by name: their address, or why they are not here. */
  readonly others: ReadonlyMap<string, { readonly url: string } | { readonly absent: string }>;
  /** Takes a replica of Prometheus from Thanos. */
  loseReplica(): Promise<void>;
  stop(): Promise<void>;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function scrapeConfig(
  replica: string,
  targets: Readonly<Record<string, string>>,
  writeTo: readonly string[],
) {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', external_labels: { replica } },
    scrape_configs: [
      {
        job_name: 'kubevigil',
        honor_labels: true,
        static_configs: Object.entries(targets).map(([node, address]) => ({
          targets: [address],
          labels: { node },
        })),
      },
    ],
    remote_write: writeTo.map((url) => ({ url, queue_config: { batch_send_deadline: '500ms' } })),
  };
}

/** @param targets addresses by node */
export async function startLab(folder: string, targets: Readonly<Record<string, string>>): Promise<Lab> {
  const children: Child[] = [];
  const others = new Map<string, { url: string } | { absent: string }>();
  const writeTo: string[] = [];
  async function start(file: string, args: readonly string[], name: string, readyUrl: string) {
    const child = startChild(file, args, join(folder, `${name}.log`));
    children.push(child);
    await waitForChild(child, name, (signal) => answers(readyUrl, signal));
    return child;
  }
  async function offer(name: string, begin: () => Promise<string>): Promise<void> {
    try {
      others.set(name, { url: await begin() });
    } catch (error) {
      others.set(name, { absent: reasonOf(error) });
    }
  }
  async function replica(name: string, to: readonly string[]) {
    const child = await startPrometheus(join(folder, name), scrapeConfig(name, targets, to));
    children.push(child);
    return child;
  }

  mkdirSync(folder, { recursive: true });
  await offer('Prometheus 3', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const config = join(folder, 'prometheus-3.yml');
    writeFileSync(config, stringify({ global: { scrape_interval: '1s' } }));
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'prometheus-3')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--web.enable-remote-write-receiver',
    ];
    await start(await goProgram('prometheus'), flags, 'prometheus-3', `${url}/-/ready`);
    writeTo.push(`${url}/api/v1/write`);
    return url;
  });
  await offer('VictoriaMetrics', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const flags = [
      `-storageDataPath=${join(folder, 'victoria-metrics')}`,
      `-httpListenAddr=${new URL(url).host}`,
      '-memory.allowedBytes=256MB',
    ];
    await start(await goProgram('victoria-metrics'), flags, 'victoria-metrics', `${url}/health`);
    writeTo.push(`${url}/api/v1/write`);
    return url;
  });
  const prometheus = await replica('a', writeTo);
  let lost: readonly Child[] = [];
  await offer('Thanos', async () => {
    const thanos = await goProgram('thanos');
    const second = await replica('b', []);
    const endpoints: string[] = [];
    for (const [name, { url }] of Object.entries({ a: prometheus, b: second })) {
      const [grpc, http] = [await freePort(), await freePort()];
      const flags = [
        ...['sidecar', `--tsdb.path=${join(folder, name, 'data')}`, `--prometheus.url=${url}`],
        ...[`--grpc-address=127.0.0.1:${grpc}`, `--http-address=127.0.0.1:${http}`],
      ];
      const sidecar = await start(thanos, flags, `sidecar-${name}`, `http://127.0.0.1:${http}/-/ready`);
      if (name === 'b') lost = [sidecar, second];
      endpoints.push(`--endpoint=127.0.0.1:${grpc}`);
    }
    const [grpc, http] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${http}`;
    const flags = [
      ...['query', `--grpc-address=127.0.0.1:${grpc}`, `--http-address=127.0.0.1:${http}`],
      ...['--query.replica-label=replica', ...endpoints],
    ];
    await start(thanos, flags, 'query', `${url}/-/ready`);
    const listed = async () =>
      (await (await fetch(`${url}/api/v1/stores`)).text()).match(/"lastError":null/g);
    await waitFor("Thanos' two sidecars", async () => (await listed())?.length === 2, START_MS);
    return url;
  });

  return {
    prometheus: prometheus.url,
    others,
    async loseReplica() {
      for (const child of lost) await child.stop();
    },
    async stop() {
      for (const child of children.toReversed()) await child.stop();
    },
  };
}
