/** The guests of a run: booted beside each other, each with its exporter and its scenarios within reach. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assets } from '../guests/assets.ts';
import { emptyDisk } from '../guests/hardware.ts';
import { CGROUP_WORDS } from '../guests/kernels.ts';
import { productDisk, productFolder } from '../guests/product.ts';
import { startGuest } from '../guests/start.ts';
import { freePort } from '../programs/ports.ts';
import { answers } from '../programs/prometheus.ts';
import { waitFor } from '../programs/wait.ts';
import { NODE } from './guest/places.ts';
import type { LabNode } from './plan.ts';
import { rulesFile } from './rules.ts';

const MEMORY_MIB = 1024;
/** Sparse: what scenarios write must be a small part of it. */
const DATA_BYTES = 12 * 1_073_741_824;
/** A guest boots in a minute or two where it has a CPU to itself, and in many where it has not. */
const READY_WITHIN_MS = 2_400_000;
/** The one that needs no calibration, which fails beside a busy neighbour and makes a clock that is some percent too fast or too slow. */
const CLOCK = 'clocksource=hpet';
const LOOK_MS = 1_000;
const LAST_LINES = 8;

/** A guest that answers. */
export interface Guest {
  readonly node: LabNode;
  /** `127.0.0.1:<port>` of its exporter. */
  readonly exporter: string;
  /** Of its scenarios' service. */
  readonly scenarios: string;
  /** Whether the emulator has ended. */
  isGone(): boolean;
  end(): void;
}

export interface Machinery {
  readonly qemu: string;
  readonly assets: Assets;
  /** The disk with the product. */
  readonly product: string;
  /** For disks and consoles. */
  readonly folder: string;
}

/** Packs the product, the guests' own program, and what they are told into a disk. */
export async function packProduct(folder: string, token: string): Promise<string> {
  const packed = join(folder, 'product');
  await productFolder(packed, 'tools/lab-nodes/guest');
  writeFileSync(join(packed, NODE.token), token, { mode: 0o600 });
  writeFileSync(join(packed, NODE.rules), rulesFile());
  const disk = join(folder, 'product.img');
  await productDisk(packed, disk);
  return disk;
}

function lastLinesOf(file: string): string {
  if (!existsSync(file)) return 'it wrote nothing';
  return readFileSync(file, 'utf8').trimEnd().split(/\r?\n/).slice(-LAST_LINES).join(' | ');
}

/** Starts a guest without waiting for it. */
async function start(node: LabNode, { qemu, assets, product, folder }: Machinery) {
  const kernel = assets.kernels.get(node.kernel);
  if (kernel === undefined) throw new Error(`there is no kernel ${node.kernel}`);
  const [exporterPort, scenariosPort] = [await freePort(), await freePort()];
  const data = join(folder, `${node.name}.data`);
  emptyDisk(data, DATA_BYTES);
  const console = join(folder, `${node.name}.console`);
  const child = startGuest(qemu, {
    ...{ kernel, root: assets.disk, disks: [data, product], cpus: 1, memoryMiB: MEMORY_MIB },
    words: [...CGROUP_WORDS.v2, CLOCK, `${NODE.nameWord}=${node.name}`],
    forwards: [
      { hostPort: exporterPort, guestPort: NODE.exporterPort },
      { hostPort: scenariosPort, guestPort: NODE.scenariosPort },
    ],
    serials: [console],
  });
  return { child, console, exporter: `127.0.0.1:${exporterPort}`, scenarios: `127.0.0.1:${scenariosPort}` };
}

const isOver = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/**
 * Boots a guest; ends it when it is told to.
 *
 * @throws {Error} with the end of its console, when it has ended or does not answer in 40 minutes
 */
export async function openGuest(node: LabNode, machinery: Machinery, ending: AbortSignal): Promise<Guest> {
  mkdirSync(machinery.folder, { recursive: true });
  const { child, console, exporter, scenarios } = await start(node, machinery);
  const end = () => void child.kill('SIGKILL');
  const isReady = async (address: string, signal: AbortSignal) => {
    ending.throwIfAborted();
    if (isOver(child)) throw new Error(`${node.name} has ended: ${lastLinesOf(console)}`);
    if (await answers(`http://${address}/-/ready`, signal)) return true;
    // It has better to do than to refuse connections.
    await sleep(LOOK_MS);
    return false;
  };
  try {
    for (const address of [exporter, scenarios])
      await waitFor(
        `${node.name} to answer`,
        (signal) => isReady(address, signal),
        READY_WITHIN_MS,
        () => `: ${lastLinesOf(console)}`,
      );
  } catch (error) {
    end();
    throw error;
  }
  return { node, exporter, scenarios, isGone: () => isOver(child), end };
}
