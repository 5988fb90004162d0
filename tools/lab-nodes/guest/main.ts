/**
 * Runs in a guest, as its one unit: the exporter, and the scenarios' service in a container as a kubelet and containerd lay it out. Goes on until the guest
 * is ended from outside.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { LAB } from '../../guests/inside/places.ts';
import { run } from '../../guests/inside/shell.ts';
import { keepClock, setClock } from './clock.ts';
import { NODE } from './places.ts';

const UPLINK = 'eth0';
/** By the emulator's own network. */
const ADDRESS = '10.0.2.15';
const CANARIES = '/var/lib/kubevigil/canary';
const POD = '4e8a3d91_6a3e_4f6c_8db1_3094d5a0c004';
const CONTAINER = `d${'4'.repeat(62)}d`;
const DEVICE_TRIES = 50;

const program = (name: string) => `${LAB.product}/app/dist/${name}/main.js`;
const onDisk = (path: string) => `${LAB.product}/${path}`;

async function setUp(): Promise<void> {
  await run('mkfs.ext4', '-q', '/dev/vdb');
  await run('mount', '/dev/vdb', LAB.data);
  for (const folder of [NODE.scratch, CANARIES]) mkdirSync(folder, { recursive: true });
  for (const file of [NODE.victimLog, NODE.accessLog]) writeFileSync(file, '');
  for (const module of ['virtio_net', 'dummy', 'veth']) await run('modprobe', module);
  for (let i = 0; !existsSync(`/sys/class/net/${UPLINK}`) && i < DEVICE_TRIES; i += 1)
    await run('sleep', '0.2');
  await run('ip', 'link', 'set', 'lo', 'up');
  await run('ip', 'addr', 'add', `${ADDRESS}/24`, 'dev', UPLINK);
  await run('ip', 'link', 'set', UPLINK, 'up');
}

/** @param node its name, as Prometheus has it */
async function startExporter(node: string): Promise<void> {
  await run(
    'systemd-run',
    ...['-q', '--unit=exporter', '-p', 'Restart=always', '-p', `StandardError=append:${LAB.log}`],
    ...['/usr/bin/node', program('exporter'), `--web.listen-address=0.0.0.0:${NODE.exporterPort}`],
    ...[`--rules.file=${onDisk(NODE.rules)}`, '--kubernetes=off', `--node-name=${node}`],
  );
}

function startScenarios(node: string): void {
  const accounting = ['CPU', 'Memory', 'IO', 'Tasks'].flatMap((name) => ['-p', `${name}Accounting=yes`]);
  const child = spawn(
    'systemd-run',
    [
      ...['-q', '--scope', `--slice=kubepods-burstable-pod${POD}.slice`],
      ...[`--unit=cri-containerd-${CONTAINER}.scope`, ...accounting, '-p', 'CPUWeight=100'],
      ...['/usr/bin/node', program('scenarios'), 'serve'],
      ...[`--web.listen-address=0.0.0.0:${NODE.scenariosPort}`, '--web.allowed-host=127.0.0.1'],
      ...['--token-file', onDisk(NODE.token), '--node-name', node],
      ...['--episodes', `${LAB.data}/episodes.csv`, '--scratch', NODE.scratch],
      ...['--victim.log', NODE.victimLog, '--victim.access-log', NODE.accessLog, '--victim.weak-pages'],
    ],
    { stdio: 'inherit', cwd: LAB.data },
  );
  // Then nothing can be done here any more, and whoever waits for this guest sees it end.
  child.once('exit', () => process.exit(1));
}

const words = readFileSync('/proc/cmdline', 'utf8');
const node = new RegExp(`${NODE.nameWord}=(\\S+)`).exec(words)?.[1];
if (node === undefined) throw new Error(`the kernel's command line has no ${NODE.nameWord}=`);
await setClock();
await setUp();
await startExporter(node);
startScenarios(node);
await keepClock();
