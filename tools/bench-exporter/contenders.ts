/** The exporters that are compared, each started on loopback. */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild, waitForChild } from '../programs/child.ts';
import { program } from '../programs/find.ts';
import { ROOT } from '../programs/paths.ts';
import { freePort } from '../programs/ports.ts';
import { answers } from '../programs/prometheus.ts';
import { seeingTracefs, tracefsRefusal } from '../programs/tracefs.ts';
import { scrape } from './page.ts';

export interface Contender extends Child {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

/** As the image starts it. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const TRACEFS = '/sys/kernel/tracing';
/** Only an agent that reads the kernel's trace knows what it lost. */
const TRACED = 'kubevigil_exec_events_lost_total ';

/** Every process in a group named after its command, which is how the peer is used. */
const PROCESS_EXPORTER_CONFIG =
  'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n  - name: "{{.Comm}}"\n    comm: []\n';

let started = 0;

async function launch(
  name: string,
  folder: string,
  command: (address: string) => readonly [file: string, ...args: string[]],
): Promise<Contender> {
  const address = `127.0.0.1:${await freePort()}`;
  const [file, ...args] = command(address);
  started += 1;
  const child = startChild(file, args, join(folder, `${name}-${started}.log`));
  const url = `http://${address}/metrics`;
  await waitForChild(child, `${name} to answer`, (signal) => answers(url, signal));
  const { pid } = child.process;
  if (pid === undefined) throw new Error(`${name} has no process id`);
  return { ...child, name, url, pid };
}

/** What runs the agent where it sees tracefs: nothing, where it is mounted already or cannot be had. */
function tracefsFor(folder: string): { readonly wrap: readonly string[]; readonly flags: readonly string[] } {
  try {
    accessSync(join(TRACEFS, 'instances'), constants.W_OK);
    return { wrap: [], flags: [] };
  } catch {
    const own = join(folder, 'tracefs');
    mkdirSync(own, { recursive: true });
    if (tracefsRefusal(own) !== undefined) return { wrap: [], flags: [] };
    return { wrap: seeingTracefs(own), flags: [`--path.tracefs=${own}`] };
  }
}

/** Starts Kubevigil's exporter with everything on. */
export async function startKubevigil(folder: string, more: readonly string[] = []): Promise<Contender> {
  const { wrap, flags } = tracefsFor(folder);
  const ours = join(ROOT, 'dist', 'exporter', 'main.js');
  return launch('kubevigil', folder, (address) => {
    const agent = [process.execPath, ...NODE_FLAGS, ours, `--web.listen-address=${address}`];
    const [file = process.execPath, ...args] = [...wrap, ...agent, '--kubernetes=off', ...flags, ...more];
    return [file, ...args];
  });
}

/** Whether it reads the kernel's trace; else it polls /proc each second, which costs and sees something else. */
export async function isTraced({ url }: Contender): Promise<boolean> {
  return (await scrape(url)).includes(`\n${TRACED}`);
}

/** Starts node_exporter and process-exporter. */
async function startPeers(folder: string): Promise<Contender[]> {
  const processConfig = join(folder, 'process-exporter.yml');
  writeFileSync(processConfig, PROCESS_EXPORTER_CONFIG);
  const [nodeExporter, processExporter] = [
    await program('prometheus-node-exporter'),
    await program('prometheus-process-exporter'),
  ];
  return [
    await launch('node_exporter', folder, (address) => [nodeExporter, `--web.listen-address=${address}`]),
    await launch('process-exporter', folder, (address) => [
      processExporter,
      `-web.listen-address=${address}`,
      `-config.path=${processConfig}`,
    ]),
  ];
}

/** Runs `work` on Kubevigil's exporter and, with `peers`, on the others; all are stopped after it. */
export async function withContenders<T>(
  folder: string,
  peers: boolean,
  work: (contenders: readonly [Contender, ...Contender[]]) => Promise<T>,
): Promise<T> {
  const ours = await startKubevigil(folder);
  let others: readonly Contender[] = [];
  try {
    others = peers ? await startPeers(folder) : [];
    return await work([ours, ...others]);
  } finally {
    for (const contender of [ours, ...others]) await contender.stop();
  }
}
