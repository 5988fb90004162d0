import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { ApiServer } from '../../support/api-server.ts';
import { podsRefusal } from '../../support/pod.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { tracefsRefusal } from '../../support/tracefs.ts';
import { Agent } from './agent.ts';
import { Obstacle, RowFolder } from './host-folder.ts';
import { contradiction } from './judge.ts';
import { most, type Signs, since } from './signs.ts';
import { EVASIONS } from './table/index.ts';
import type { ContainerRow, PodRow, Row } from './table/model.ts';

/** Containers that hold what they have at the same time, and those that attack at the same time. */
const [AT_ONCE, ATTACKING] = [24, 6];

const ROWS = EVASIONS.flatMap(({ rows }) => rows);
const isIn = <P extends Row['in']>(place: P) =>
  ROWS.filter((row): row is Extract<Row, { in: P }> => row.in === place);

/** What came of a row: nothing, what is wrong, or why it cannot be run here. */
type Result = undefined | { readonly wrong: string } | { readonly cannot: string };
/** By the row's id. */
type Results = Map<string, Result>;

describe('evasions', () => {
  const folder = temporaryFolder();
  const api = new ApiServer();
  const results: Results = new Map();
  let agent: Agent | undefined;
  let refusal: string | undefined;

  before(async () => {
    const tracefs = folder();
    refusal = podsRefusal() ?? tracefsRefusal(tracefs);
    if (refusal !== undefined) return;
    await api.start();
    const hosts = isIn('host').map((row) => new RowFolder(row, join(folder(), row.id)));
    for (const host of hosts) host.row.before?.(host);
    for (const { id, spec } of isIn('pod')) api.put(podOf(id, spec));
    const rules = hosts.map((host) => host.ruleText());
    agent = await Agent.start(folder(), tracefs, api, rules);
    await onHost(agent, hosts, results);
    await inPods(agent, isIn('pod'), results);
    const rows = [...isIn('container')];
    // What a metric without owner counts has to be the row's own.
    const together = rows.filter(({ outcome }) => outcome.kind !== 'counted');
    while (together.length > 0) await inContainers(agent, together.splice(0, AT_ONCE), results);
    for (const row of rows.filter(({ outcome }) => outcome.kind === 'counted'))
      await inContainers(agent, [row], results);
  });

  after(async () => {
    await agent?.stop();
    await api.stop();
  });

  for (const { title, rows } of EVASIONS) {
    describe(title, () => {
      for (const { id, outcome } of rows) {
        it(`${id}: ${outcome.kind}`, function () {
          if (refusal !== undefined) skip(this, refusal);
          const result = results.get(id);
          if (result !== undefined && 'cannot' in result) skip(this, result.cannot);
          if (result !== undefined && 'wrong' in result) throw new Error(result.wrong);
          expect(results.has(id)).to.equal(true);
        });
      }
    });
  }
});

function podOf(id: string, spec: PodRow['spec']): V1Pod {
  const metadata = { uid: randomUUID(), name: id, namespace: 'evasion' };
  return { metadata, spec: { nodeName: 'node-7', ...spec }, status: { phase: 'Running' } };
}

async function inPods(agent: Agent, rows: readonly PodRow[], results: Results): Promise<void> {
  const signs = await waitFor('all pods to be known', async () => {
    const page = await agent.look();
    return rows.every(({ id }) => page.knows(id)) ? page : undefined;
  });
  for (const row of rows) {
    const wrong = contradiction(row, 1, { own: signs.of(row.id), rise: () => 0 });
    results.set(row.id, wrong === undefined ? undefined : { wrong });
  }
}

async function onHost(agent: Agent, hosts: readonly RowFolder[], results: Results): Promise<void> {
  const before = await agent.look();
  const most = Math.max(...hosts.map(({ row }) => row.steps.length));
  for (let i = 0; i < most; i++) {
    for (const host of hosts) {
      try {
        await host.row.steps[i]?.(host);
      } catch (error) {
        const message = String(error);
        results.set(host.row.id, error instanceof Obstacle ? { cannot: message } : { wrong: message });
      }
    }
    await agent.look();
  }
  const after = await agent.look();
  for (const { row, rule } of hosts) {
    if (results.has(row.id)) continue;
    const count = after.ofRule(rule);
    const own = new Map(count === 0 ? [] : [[row.evades[0], count]]);
    const rise = (sign: string) => after.total(sign) - before.total(sign);
    const wrong = contradiction(row, row.times ?? 1, { own, rise });
    results.set(row.id, wrong === undefined ? undefined : { wrong });
  }
}

/** Whether it is told by the tables of sockets, which are read in turn. */
function wantsTables({ evades, outcome }: Row): boolean {
  const signs = [...evades, ...('by' in outcome ? outcome.by : [])];
  return signs.some((sign) => sign.startsWith('listening_sockets'));
}

async function inContainers(agent: Agent, rows: readonly ContainerRow[], results: Results): Promise<void> {
  const running = rows.map((row) => ({ row, container: agent.container() }));
  try {
    for (const { row, container } of running)
      if (row.earlier !== undefined) await container.attack(row.earlier, row.needs ?? {});
    const [before] = await agent.lookAtAll();
    if (before === undefined) throw new Error('no page');
    const waiting = [...running];
    const attackers = Array.from({ length: ATTACKING }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { row, container } = next;
        try {
          const cannot = await container.attack(row.perl, row.needs ?? {}, row.prepare);
          if (cannot !== undefined) results.set(row.id, { cannot });
        } catch (error) {
          results.set(row.id, { wrong: String(error) });
        }
      }
    });
    await Promise.all(attackers);
    const tables = running.filter(({ row }) => !results.has(row.id) && wantsTables(row));
    const looks = await agent.lookAtAll(tables.map(({ container }) => container.pod));
    for (const { row, container } of running) {
      if (results.has(row.id)) continue;
      const seenOf = (signs: Signs) => most([signs.of(container.name), signs.of(container.pod)]);
      const own =
        row.earlier === undefined ? most(looks.map(seenOf)) : since(seenOf(before), most(looks.map(seenOf)));
      const rise = (sign: string) => (looks.at(-1)?.total(sign) ?? 0) - before.total(sign);
      const wrong = contradiction(row, row.times ?? 1, { own, rise });
      results.set(row.id, wrong === undefined ? undefined : { wrong });
    }
  } finally {
    await Promise.all(running.map(({ container }) => container.end()));
  }
}
