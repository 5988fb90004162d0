import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EpisodeRequest, Target } from '../../../scenarios/campaign/target.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { ScenariosError } from '../../../scenarios/scenario/errors.ts';
import { choose, NOT_CHOSEN } from '../../../tools/lab-nodes/choose.ts';
import { type NodeRun, runNode } from '../../../tools/lab-nodes/node-run.ts';
import type { Item, PlannedEpisode } from '../../../tools/lab-nodes/plan.ts';
import { type CampaignWishes, openState, saveState } from '../../../tools/lab-nodes/state.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** A node that carries out what its answers are for, and refuses what it has a reason for. */
function target(
  answers: readonly (string | undefined)[],
  refusals: Readonly<Record<string, string>> = {},
): Target & { readonly did: string[] } {
  const did: string[] = [];
  return {
    did,
    node: 'guest',
    async check({ scenario }: EpisodeRequest) {
      const why = refusals[scenario.name];
      if (why !== undefined)
        throw new ScenariosError('refused', `http://127.0.0.1:1 refuses POST /scenarios/x: ${why}`);
    },
    async carryOut({ episode }) {
      const failure = answers[did.length];
      did.push(episode);
      return { outcome: failure === undefined ? 'completed' : 'failed', failure };
    },
    setBackground: async () => {},
    clockAheadMs: async () => 0,
    close: async () => {},
  };
}

const episode = (number: number): PlannedEpisode => ({
  ...{ kind: 'episode', name: `lab-${number}`, scenario: 'port_scan', durationMs: 1, intensity: 1, gapMs: 0 },
});
const EPISODES = [1, 2, 3, 4, 5].map(episode);

function runOf(own: Partial<NodeRun> & Pick<NodeRun, 'target'>) {
  const heard: string[] = [];
  const node: NodeRun = {
    ...{ items: EPISODES, run: 'lab', signal: new AbortController().signal, isGone: () => false },
    validationBegins: () => heard.push('validation'),
    failed: ({ name }, why) => heard.push(`${name} ${why}`),
    done: (item: Item) => heard.push(item.kind === 'quiet' ? 'quiet' : item.name),
    ...own,
  };
  return { heard, end: runNode(node) };
}

describe('lab:nodes, a node at work', () => {
  it('does one item after the other, and tells where validation begins', async () => {
    const quiet = { kind: 'quiet', durationMs: 1, beginsValidation: true } as const;
    const { heard, end } = runOf({ target: target([]), items: [...EPISODES.slice(0, 1), quiet] });
    expect(await end).to.equal(undefined);
    expect(heard).to.deep.equal(['lab-1', 'validation', 'quiet']);
  });

  it('goes on after an episode that failed, and ends when three have failed one after the other', async () => {
    const on = runOf({ target: target(['no', 'no', undefined, 'no']) });
    expect(await on.end).to.equal(undefined);
    expect(on.heard).to.include.members(['lab-1 no', 'lab-4 no', 'lab-5']);
    const guest = target(['no', 'no', 'no']);
    expect(await runOf({ target: guest }).end).to.equal('3 episodes failed one after the other: no');
    expect(guest.did).to.have.length(3);
  });

  it('ends where the guest is gone, and begins nothing after the signal', async () => {
    const gone = target([]);
    expect(await runOf({ target: gone, isGone: () => true }).end).to.equal('the guest has ended');
    expect(gone.did).to.have.length(1);
    const told = target([]);
    expect(await runOf({ target: told, signal: AbortSignal.abort() }).end).to.equal(undefined);
    expect(told.did).to.deep.equal([]);
  });
});

describe('lab:nodes, the choice of scenarios', () => {
  it('leaves out what a guest refuses, in its words, and what nobody asked for', async () => {
    const some = SCENARIOS.filter(({ name }) =>
      ['mining', 'port_scan', 'crash_loop', 'backup'].includes(name),
    );
    const refusals = { crash_loop: 'crash_loop: needs Kubernetes' };
    const guests = [target([], refusals), target([], { ...refusals, mining: 'mining: too large' })];
    const { chosen, leftOut } = await choose(some, guests, 1_000, ['mining', 'port_scan']);
    expect(chosen).to.deep.equal({ attacks: ['port_scan'], benign: [] });
    expect(leftOut).to.deep.equal({
      crash_loop: 'crash_loop: needs Kubernetes',
      mining: 'guest: mining: too large',
      backup: NOT_CHOSEN,
    });
    expect((await choose(some, guests, 1_000, null)).chosen.benign).to.deep.equal(['backup']);
  });

  it('leaves nothing out because a guest is slow', async () => {
    const slow: Target = {
      ...target([]),
      check: () => Promise.reject(new ScenariosError('unreachable', 'no answer')),
    };
    const error = await choose(SCENARIOS.slice(0, 1), [slow], 1_000, null).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ScenariosError);
  });
});

describe('lab:nodes, its state', () => {
  const folder = temporaryFolder();
  const wishes: CampaignWishes = {
    ...{ seed: 1, repetitions: 1, durationMs: 1, gapMs: 1, quietMs: 1, stepMs: 1, only: null },
    ...{ attacked: ['5.10', '6.1'], attackFree: ['6.1', '6.12'] },
  };

  it('is what was kept, and refuses another campaign in the same folder', () => {
    const file = join(folder(), 'campaign.json');
    const state = openState(file, wishes, () => 'token');
    state.validationMs['attacked-6.1'] = 7;
    saveState(file, state);
    expect(openState(file, wishes, () => 'another')).to.deep.equal(state);
    expect(() => openState(file, { ...wishes, seed: 2 }, () => '')).to.throw('other flags');
  });

  it('refuses a file that is no state', () => {
    const file = join(folder(), 'campaign.json');
    writeFileSync(file, '{"wishes": 1}');
    expect(() => openState(file, wishes, () => '')).to.throw();
  });
});
