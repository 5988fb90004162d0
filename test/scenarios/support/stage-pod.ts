/** A pod of the stage: a container with a network of its own, in which the victim and the scenarios run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { V1Pod } from '@kubernetes/client-node';
import type { ContainerCgroup } from './cgroup.ts';
import type { TestNode } from './node.ts';
import { Servant } from './servant.ts';

export const POD_MAIN = fileURLToPath(new URL('./pod-main.js', import.meta.url));

const NAMESPACE = 'shop';
const CONTAINER = 'victim';
export const VICTIM_PORT = 8080;

/** What the API server knows of the pod; by its labels default rules read its log. */
function podObject(name: string, nodeName: string, { podUid, id }: ContainerCgroup): V1Pod {
  return {
    metadata: {
      uid: podUid,
      namespace: NAMESPACE,
      name,
      labels: { 'kubevigil.io/watch-logins': 'true', 'kubevigil.io/watch-web': 'true' },
    },
    spec: { nodeName, containers: [{ name: CONTAINER }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: CONTAINER,
          containerID: `containerd://${id}`,
          image: CONTAINER,
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: {} },
        },
      ],
    },
  };
}

export class StagePod {
  readonly name: string;
  readonly namespace = NAMESPACE;
  readonly object: V1Pod;
  /** Where others reach its victim. */
  readonly victim: string;
  /** Where its scenarios write. */
  readonly folder: string;
  readonly #command: readonly string[];
  readonly #container: ContainerCgroup;
  #servant: Servant | undefined;

  /**
   * @param number from 1
   * @param folder of the test, for the pod's files
   */
  constructor(node: TestNode, nodeName: string, number: number, folder: string) {
    this.name = `victim-${number}`;
    this.folder = join(folder, this.name);
    mkdirSync(this.folder);
    const container = node.container();
    this.object = podObject(this.name, nodeName, container);
    const log = `/var/log/pods/${NAMESPACE}_${this.name}_${container.podUid}/${CONTAINER}/0.log`;
    mkdirSync(dirname(node.seen(`root${log}`)), { recursive: true });
    writeFileSync(node.seen(`root${log}`), '');
    const { address, command } = node.network(number);
    this.victim = `${address}:${VICTIM_PORT}`;
    this.#container = container;
    this.#command = [
      ...[...node.entering(), ...command, process.execPath, POD_MAIN],
      ...[String(VICTIM_PORT), log, this.folder],
    ];
  }

  /**
   * Resolves when its victim answers.
   *
   * @param housekeepingMs how often it does a little by itself
   */
  async start(housekeepingMs: number): Promise<void> {
    const servant = new Servant([...this.#command, String(housekeepingMs)]);
    this.#servant = servant;
    await servant.answer();
    this.#container.take(servant.childPid);
    servant.order({});
    const answer = await servant.answer();
    if (answer !== 'ok') throw new Error(`${this.name}: ${answer}`);
  }

  /** Has it carry out a scenario. @returns what went wrong, in one line */
  async do(order: object): Promise<string | undefined> {
    this.#servant?.order(order);
    const answer = await this.#servant?.answer();
    return answer === 'ok' ? undefined : answer;
  }

  end(): void {
    this.#servant?.end();
  }
}
