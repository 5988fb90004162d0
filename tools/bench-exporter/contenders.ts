/** The exporters that are compared, each started on loopback. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../programs/child.ts';
import { program } from '../programs/find.ts';
import { ROOT } from '../programs/paths.ts';
import { freePort } from '../programs/ports.ts';
import { answers } from '../programs/prometheus.ts';
import { waitFor } from '../programs/wait.ts';

export interface Contender extends Child {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

async function launch(
  name: string,
  folder: string,
  file: string,
  args: (address: string) => readonly string[],
): Promise<Contender> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = startChild(file, args(address), join(folder, `${name}.log`));
  const url = `http://${address}/metrics`;
  await waitFor(`${name} to answer`, () => {
    child.assertRunning();
    return answers(url);
  });
  const { pid } = child.process;
  if (pid === undefined) throw new Error(`${name} has no process id`);
  return { ...child, name, url, pid };
}

/** Every process in a group named after its command, which is how the peer is used. */
const PROCESS_EXPORTER_CONFIG =
  'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n  - name: "{{.Comm}}"\n    comm: []\n';

/** Starts Kubevigil's exporter, node_exporter and process-exporter. */
export async function startContenders(folder: string): Promise<Contender[]> {
  const processConfig = join(folder, 'process-exporter.yml');
  writeFileSync(processConfig, PROCESS_EXPORTER_CONFIG);
  const nodeFlags = ['--max-semi-space-size=1', '--optimize-for-size'];
  const ours = join(ROOT, 'dist', 'exporter', 'main.js');
  return [
    await launch('kubevigil', folder, process.execPath, (address) => [
      ...nodeFlags,
      ours,
      `--web.listen-address=${address}`,
      '--kubernetes=off',
    ]),
    await launch('node_exporter', folder, await program('prometheus-node-exporter'), (address) => [
      `--web.listen-address=${address}`,
    ]),
    await launch('process-exporter', folder, await program('prometheus-process-exporter'), (address) => [
      `-web.listen-address=${address}`,
      `-config.path=${processConfig}`,
    ]),
  ];
}
