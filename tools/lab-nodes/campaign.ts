/** One run of the campaign: guests, the server that scrapes them, and each node's plan from where it was left. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDuration } from '../../common/duration.ts';
import { openRemoteTarget } from '../../scenarios/campaign/remote-target.ts';
import type { Target } from '../../scenarios/campaign/target.ts';
import { Ledger } from '../../scenarios/ground-truth/ledger.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { type RunningPrometheus, startPrometheus } from '../programs/prometheus.ts';
import { shippedConfig } from '../programs/shipped-config.ts';
import { waitFor } from '../programs/wait.ts';
import { choose } from './choose.ts';
import type { Guest } from './guests.ts';
import { runNode } from './node-run.ts';
import { type LabNode, planOf } from './plan.ts';
import { type Left, progressLine } from './progress.ts';
import { remaining } from './resume.ts';
import { type CampaignWishes, type State, saveState } from './state.ts';

/** Ordinary use of each guest's victim, a second. */
const REQUESTS_PER_SECOND = 0.5;
const PROGRESS_MS = 15_000;
/** What guests that were booted anew have before the first attack: what is usual is learned of 20 rows, and windows have 8. */
const SETTLE_STEPS = 32;
const SCENARIO_NAMES = SCENARIOS.map(({ name }) => name);

export const episodesFile = (work: string, { name }: LabNode) => join(work, `episodes-${name}.csv`);
const stateFile = (work: string) => join(work, 'campaign.json');

export interface Lab {
  readonly work: string;
  readonly state: State;
  readonly nodes: readonly LabNode[];
  readonly tell: (line: string) => void;
}

export const keep = ({ work, state }: Lab) => saveState(stateFile(work), state);

export { stateFile };

/** Starts the server with what it has stored before; without guests it scrapes nothing. */
export function startStore(
  work: string,
  guests: readonly Guest[],
  { stepMs }: CampaignWishes,
): Promise<RunningPrometheus> {
  const targets = join(work, 'targets.json');
  const listed = guests.map(({ exporter, node }) => ({ targets: [exporter], labels: { node: node.name } }));
  writeFileSync(targets, JSON.stringify(listed));
  const config = shippedConfig('prometheus.yml', targets, formatDuration(stepMs));
  return startPrometheus(join(work, 'prometheus'), { ...config, rule_files: [] });
}

interface NodeAtWork {
  readonly guest: Guest;
  readonly target: Target;
  readonly ledger: Ledger;
}

async function openNode(lab: Lab, guest: Guest, tokenFile: string): Promise<NodeAtWork> {
  const ledger = new Ledger(episodesFile(lab.work, guest.node), Date.now());
  try {
    const plan = { url: `http://${guest.scenarios}`, tokenFile };
    const target = await openRemoteTarget(plan, SCENARIO_NAMES, ledger);
    return { guest, target, ledger };
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/** How far a guest's clock is from this machine's, milliseconds. */
const clockAwayMs = async (target: Target) => Math.round(Math.abs(await target.clockAheadMs()));

/** Remembers that, where it is the most so far. */
async function noteClock({ state }: Lab, target: Target): Promise<void> {
  state.clockMs[target.node] = Math.max(state.clockMs[target.node] ?? 0, await clockAwayMs(target));
}

/** Waits until a guest's clock is such that rows have the labels of their own time. */
async function awaitClock({ state }: Lab, target: Target): Promise<void> {
  const mostMs = state.wishes.stepMs / 2;
  await waitFor(
    `the clock of ${target.node} to be within ${mostMs} ms of this machine's`,
    // One that does not answer in time is asked again.
    async () => (await clockAwayMs(target).catch(() => Number.POSITIVE_INFINITY)) <= mostMs,
  );
}

async function release(prometheus: string, node: LabNode): Promise<string> {
  const query = encodeURIComponent(`kubevigil_node_info{node="${node.name}"}`);
  return waitFor(`a scrape of ${node.name}`, async (signal) => {
    const answer = await fetch(`${prometheus}/api/v1/query?query=${query}`, { signal });
    const { data } = (await answer.json()) as { data: { result: { metric: Record<string, string> }[] } };
    return data.result[0]?.metric['kernel'];
  });
}

/** Tells now and then what is done and how long the rest takes. */
function tellProgress(tell: Lab['tell'], left: ReadonlyMap<string, Left>, all: number): () => void {
  const timer = setInterval(() => tell(progressLine([...left.values()], all, Date.now())), PROGRESS_MS);
  return () => clearInterval(timer);
}

async function choiceOf(lab: Lab, targets: readonly Target[]) {
  const { state, tell } = lab;
  if (state.chosen !== null) return state.chosen;
  const { only, durationMs } = state.wishes;
  const { chosen, leftOut } = await choose(SCENARIOS, targets, durationMs, only);
  for (const [name, why] of Object.entries(leftOut)) tell(`left out: ${name}: ${why}`);
  state.leftOut = leftOut;
  state.chosen = { attacks: [...chosen.attacks], benign: [...chosen.benign] };
  keep(lab);
  return state.chosen;
}

/** Carries all nodes' plans out. */
async function perform(
  lab: Lab,
  nodes: readonly NodeAtWork[],
  prometheus: string,
  signal: AbortSignal,
): Promise<void> {
  const { state, tell } = lab;
  for (const { target } of nodes) await awaitClock(lab, target);
  const targets = nodes.map(({ target }) => target);
  const chosen = await choiceOf(lab, targets);
  for (const { guest } of nodes) state.kernels[guest.node.name] = await release(prometheus, guest.node);
  const plan = planOf(lab.nodes, chosen, state.wishes);
  const settleMs = SETTLE_STEPS * state.wishes.stepMs;
  const left = new Map<string, Left>(
    nodes.map(({ guest: { node }, ledger }) => [
      node.name,
      { items: remaining(plan.get(node.name) ?? [], ledger.lines, settleMs), sinceMs: Date.now() },
    ]),
  );
  state.startMs ??= Date.now();
  keep(lab);
  await Promise.all(targets.map((target) => target.setBackground(REQUESTS_PER_SECOND)));
  const all = [...plan.values()].flat().filter(({ kind }) => kind === 'episode').length;
  const stop = tellProgress(tell, left, all);
  const run = `lab-${state.wishes.seed}`;
  try {
    await Promise.all(
      nodes.map(async ({ guest, target }) => {
        const { name } = guest.node;
        const why = await runNode({
          ...{ target, run, signal, items: left.get(name)?.items ?? [], isGone: guest.isGone },
          validationBegins: () => {
            state.validationMs[name] = Date.now();
            keep(lab);
          },
          failed: (planned, failure) => {
            state.failures[planned.name] = `${planned.scenario}: ${failure}`;
            tell(`${planned.name} (${planned.scenario}) failed: ${failure}`);
          },
          done: (item) => {
            const others = (left.get(name)?.items ?? []).filter((other) => other !== item);
            left.set(name, { items: others, sinceMs: Date.now() });
            state.endMs = Date.now();
            keep(lab);
            // What cannot be asked now is asked after the next item.
            void noteClock(lab, target).catch(() => {});
          },
        });
        if (why !== undefined) tell(`${name} ends early: ${why}`);
      }),
    );
  } finally {
    stop();
    state.endMs = Date.now();
    keep(lab);
  }
}

/** Boots all guests beside each other. When one cannot be had, the others are ended before it throws. */
async function openAll(
  { nodes, tell }: Lab,
  open: (node: LabNode, signal: AbortSignal) => Promise<Guest>,
  signal: AbortSignal,
  guests: Guest[],
): Promise<void> {
  tell(`booting ${nodes.map(({ name }) => name).join(', ')}`);
  const failing = new AbortController();
  const both = AbortSignal.any([signal, failing.signal]);
  const ends = await Promise.allSettled(
    nodes.map(async (node) => {
      const guest = await open(node, both).catch((error: unknown) => {
        failing.abort(error);
        throw error;
      });
      guests.push(guest);
      tell(`${node.name} answers`);
    }),
  );
  if (failing.signal.aborted) throw failing.signal.reason;
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/**
 * Opens the guests, carries out what is left, and ends all that was started.
 *
 * @param open boots a guest; at the signal it ends it and throws
 */
export async function runCampaign(
  lab: Lab,
  open: (node: LabNode, signal: AbortSignal) => Promise<Guest>,
  signal: AbortSignal,
): Promise<void> {
  const { work, state } = lab;
  const tokenFile = join(work, 'token');
  writeFileSync(tokenFile, state.token, { mode: 0o600 });
  const guests: Guest[] = [];
  const nodes: NodeAtWork[] = [];
  let store: RunningPrometheus | undefined;
  try {
    await openAll(lab, open, signal, guests);
    store = await startStore(work, guests, state.wishes);
    for (const guest of guests) nodes.push(await openNode(lab, guest, tokenFile));
    await perform(lab, nodes, store.url, signal);
  } finally {
    await Promise.all(nodes.filter(({ guest }) => !guest.isGone()).map(({ target }) => target.close()));
    for (const { ledger } of nodes) ledger.close();
    for (const guest of guests) guest.end();
    await store?.stop();
  }
}
