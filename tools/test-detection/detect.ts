/** Runs a batch of scenarios on a watched node, each in a new pod, and finds what the shipped rules and alerts made of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MS_PER_SECOND } from '../../common/ms.ts';
import type { Scenario, ScenarioOptions } from '../../scenarios/scenario/scenario.ts';
import { type StagePod, VICTIM_PORT } from '../../test/scenarios/support/stage-pod.ts';
import type { WatchedNode } from '../../test/scenarios/support/watched-node.ts';
import { credited, type Ran } from './credit.ts';
import { observe } from './observe.ts';
import type { Detection } from './results.ts';

const HABITS = { housekeepingMs: 10_000, requestsPerSecond: 1 };

/** A scenario in its pod, and why it was not done. */
type Done = Ran & { readonly failure: string | undefined };

async function carryOut(
  scenario: Scenario,
  pod: StagePod,
  node: WatchedNode,
  durationMs: number,
): Promise<Done> {
  const startMs = Date.now();
  const options: ScenarioOptions = {
    durationMs,
    intensity: 1,
    folder: pod.folder,
    target: scenario.beyondLoopback === true ? node.sink : `127.0.0.1:${VICTIM_PORT}`,
    allowedTargets: [node.sink],
  };
  const failure = await pod.do({ name: scenario.name, options });
  return { scenario, pod: pod.name, startMs, failure };
}

/**
 * @param intervalMs between scrapes: a pod is seen at rest before, and what happened last is evaluated after
 * @returns what was found, by scenario
 */
export async function detect(
  node: WatchedNode,
  batch: readonly Scenario[],
  durationMs: number,
  intervalMs: number,
): Promise<Map<string, Detection>> {
  const pods: StagePod[] = [];
  try {
    // One more, in which nothing is done: what is seen of it is not the scenarios' doing.
    for (let i = 0; i <= batch.length; i++) pods.push(await node.addPod(HABITS));
    const [control, ...busy] = pods as [StagePod, ...StagePod[]];
    await sleep(2 * intervalMs);
    const fromMs = Date.now();
    const done = await Promise.all(
      batch.map((scenario, i) => carryOut(scenario, busy[i] as StagePod, node, durationMs)),
    );
    await sleep(2 * intervalMs);
    const { rules, alerts } = await observe(node.prometheus, fromMs, Date.now());
    const atRest = [...rules, ...alerts].filter(({ pod }) => pod === control.name).map(({ name }) => name);
    const byRule = credited(rules, done, new Set(atRest));
    const byAlert = credited(alerts, done, new Set(atRest));
    return new Map(
      done.map(({ scenario: { name }, failure }) => [
        name,
        {
          seconds: Math.round(durationMs / MS_PER_SECOND),
          rules: byRule.get(name) ?? [],
          alerts: byAlert.get(name) ?? [],
          ...(failure !== undefined && { failure }),
        },
      ]),
    );
  } finally {
    for (const pod of pods) await node.removePod(pod);
  }
}
