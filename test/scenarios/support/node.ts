/**
 * A node of the test's own: process, network, mount and cgroup namespaces, so that it sees nothing of whoever else uses
 * this machine, and an uplink with a default route. All of it ends with the pipe to its first process, also when the tests are killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Context } from 'mocha';
import { waitFor } from '../../../tools/programs/wait.ts';
import { needsPods } from '../../support/pod.ts';
import { skip } from '../../support/skip.ts';
import { ContainerCgroup, NodeCgroup } from './cgroup.ts';

const CANARIES = '/var/lib/kubevigil/canary';

/** The node's first process: /sys and cgroups of its own, a folder for canaries, and then it waits for its input to end. */
const INIT = `
set -e
mount --make-rprivate /
controllers=$(cut -d: -f2 /proc/self/cgroup)
mount -t sysfs sysfs /sys
if grep -qE '^[1-9][0-9]*:[a-z]' /proc/self/cgroup
then
  mount -t tmpfs tmpfs /sys/fs/cgroup
  for names in $controllers
  do
    case $names in name=*) continue ;; esac
    mkdir "/sys/fs/cgroup/$names"
    mount -t cgroup -o "$names" cgroup "/sys/fs/cgroup/$names"
  done
else
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /var/tmp
mount -t tmpfs tmpfs /dev/shm
mkdir -p ${CANARIES}
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
echo 1 > /proc/sys/net/ipv4/ip_forward
ip link set lo up
echo ready
exec cat`;

/**
 * A network namespace of its own, whose other end is the node's: veth's name, its address, the node's. Says `ready`, and runs what follows it when it
 * has read a line: until then it can be put into a container, which so has seen no shell.
 */
const POD_NETWORK = `
set -e
veth=$0 own=$1 gateway=$2
shift 2
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add eth0 type veth peer name "$veth" netns 1
ip address add "$own/30" dev eth0
ip link set eth0 up
nsenter --target=1 --net sh -c 'ip address add "$0/30" dev "$1" && ip link set "$1" up' "$gateway" "$veth"
ip route add default via "$gateway"
echo ready
read -r _
exec "$@"`;

const NAMESPACES = ['--pid', '--net', '--mount', '--cgroup'];

/** Skips with the reason where this machine does not allow such a node. */
export function needsNode(this: Context): void {
  needsPods.call(this);
  try {
    const init = `${INIT.replace('exec cat', 'ip link add kvtest0 type veth peer name kvtest1')}`;
    execFileSync('unshare', [...NAMESPACES, '--fork', '--mount-proc', 'sh', '-c', init], { stdio: 'pipe' });
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    skip(this, `no namespaces with an uplink here: ${stderr?.toString().trim() || message}`);
  }
}

export class TestNode {
  /** Of this machine's end of the uplink. */
  readonly gateway: string;
  /** Of the node's. */
  readonly address: string;
  readonly #cgroup: NodeCgroup;
  readonly #unshare: ChildProcess;
  readonly #pid: number;
  readonly #network: string;

  private constructor(cgroup: NodeCgroup, child: ChildProcess, pid: number) {
    this.#cgroup = cgroup;
    this.#unshare = child;
    this.#pid = pid;
    // A network out of 10.128.0.0/9, which a test picks anew each time; its first four addresses are the uplink's, four more each pod's.
    this.#network = `10.${randomInt(128, 256)}.${randomInt(0, 256)}`;
    this.gateway = `${this.#network}.1`;
    this.address = `${this.#network}.2`;
  }

  static async start(): Promise<TestNode> {
    const cgroup = new NodeCgroup();
    const [file = '', ...args] = [
      ...cgroup.entering,
      ...['unshare', ...NAMESPACES, '--fork', '--mount-proc', 'sh', '-c', INIT],
    ];
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    const node = new TestNode(cgroup, child, Number(children.trim()));
    node.#connect();
    return node;
  }

  /** Where the node's own /proc/<path>, or with `root/` its files, are seen from here. */
  seen(path: string): string {
    return `/proc/${this.#pid}/${path}`;
  }

  /** The control groups of the node, and all below it. */
  cgroups(): string[] {
    return this.#cgroup.below();
  }

  /** A container on the node. */
  container(): ContainerCgroup {
    return new ContainerCgroup(this.#cgroup);
  }

  /** A command that runs what follows it on the node, in a container of it or outside of them. */
  entering(container?: ContainerCgroup): string[] {
    const inside = container?.entering ?? this.#cgroup.entering;
    return [...inside, 'nsenter', `--target=${this.#pid}`, ...NAMESPACES];
  }

  /**
   * A network namespace for a pod, which reaches the node, other pods and this machine's end of the uplink.
   *
   * @param number of the pod, 1 to 63: a network has no room for more
   * @returns its address, and the command that runs what follows it there, to be run on the node
   */
  network(number: number): { readonly address: string; readonly command: readonly string[] } {
    if (!(number >= 1 && number <= 63)) throw new RangeError(`pod ${number}: a node has room for 63`);
    const [gateway, address] = [1, 2].map((host) => `${this.#network}.${4 * number + host}`) as [
      string,
      string,
    ];
    return {
      address,
      command: ['unshare', '--net', 'sh', '-c', POD_NETWORK, `pod${number}`, address, gateway],
    };
  }

  #connect(): void {
    const own = `kv${this.#pid}`.slice(0, 15);
    const ip = (...args: string[]) => execFileSync('ip', args);
    const [file = '', ...before] = this.entering();
    const inside = (...args: string[]) => execFileSync(file, [...before, 'ip', ...args]);
    ip('link', 'add', own, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(this.#pid));
    ip('address', 'add', `${this.gateway}/30`, 'dev', own);
    ip('link', 'set', own, 'up');
    ip('route', 'add', `${this.#network}.0/24`, 'via', this.address, 'dev', own);
    inside('address', 'add', `${this.address}/30`, 'dev', 'eth0');
    inside('link', 'set', 'eth0', 'up');
    inside('route', 'add', 'default', 'via', this.gateway);
  }

  /** Ends every process of the node; its network goes with the last, and its cgroups are removed. */
  async end(): Promise<void> {
    const exit = once(this.#unshare, 'exit');
    this.#unshare.stdin?.end();
    await exit;
    await waitFor('the uplink to go', () => {
      const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' });
      return links.includes(`kv${this.#pid}@`) ? undefined : true;
    });
    await this.#cgroup.remove();
  }
}
