/** The plan of one node, carried out item after item. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../scenarios/campaign/target.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import type { Item, PlannedEpisode } from './plan.ts';

export interface NodeRun {
  readonly target: Target;
  readonly items: readonly Item[];
  /** Names the campaign. */
  readonly run: string;
  readonly signal: AbortSignal;
  /** Whether the guest is there no more. */
  isGone(): boolean;
  /** Rows for validation begin. */
  validationBegins(): void;
  /** An episode did not go as planned. */
  failed(planned: PlannedEpisode, why: string): void;
  /** An item is over. */
  done(item: Item): void;
}

/** After so many that failed one after the other nothing more is expected of a guest. */
const MOST_FAILURES = 3;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** @returns why it did not go as planned; undefined when it did */
async function carryOut(
  planned: PlannedEpisode,
  { target, run, signal }: NodeRun,
): Promise<string | undefined> {
  const { name, durationMs, intensity } = planned;
  const scenario = SCENARIOS.find((one) => one.name === planned.scenario);
  if (scenario === undefined) return `there is no scenario ${planned.scenario}`;
  try {
    const request = { scenario, durationMs, intensity, affects: [] };
    const { outcome, failure } = await target.carryOut({ episode: name, run, ...request }, signal);
    return outcome === 'failed' ? (failure ?? 'it failed') : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Carries the items out; ends early at the signal, and where the guest is gone or fails again and again.
 *
 * @returns why it ended early; undefined when all is done or it was told to end
 */
export async function runNode(node: NodeRun): Promise<string | undefined> {
  let failures = 0;
  for (const item of node.items) {
    if (node.signal.aborted) return undefined;
    if (item.kind === 'quiet') {
      if (item.beginsValidation) node.validationBegins();
      await pause(item.durationMs, node.signal);
    } else {
      const failure = await carryOut(item, node);
      if (node.signal.aborted) return undefined;
      failures = failure === undefined ? 0 : failures + 1;
      if (failure !== undefined) node.failed(item, failure);
      if (node.isGone()) return 'the guest has ended';
      if (failures === MOST_FAILURES)
        return `${MOST_FAILURES} episodes failed one after the other: ${failure}`;
      await pause(item.gapMs, node.signal);
    }
    node.done(item);
  }
  return undefined;
}
