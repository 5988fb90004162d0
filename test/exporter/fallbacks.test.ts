import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { needsPods, Pod } from '../support/pod.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';

const WAIT_MS = 30_000;

describe('kubevigil-exporter without tracefs', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let exporter: ExporterProcess;
  let pods: Pod[];

  const page = async () => parseSeries(await (await fetch(`http://${exporter.address}/metrics`)).text());
  const series = async (name: string, labels: string) =>
    [...(await page())].filter(([key]) => key.startsWith(`kubevigil_${name}{`) && key.includes(labels));

  before(async function () {
    needsPods.call(this);
    exporter = await startExporter(['--kubernetes=off', `--path.tracefs=${join(folder(), 'none')}`]);
    await page();
  });
  after(() => exporter?.stop());
  beforeEach(async () => {
    pods = [new Pod(), new Pod()];
    for (const pod of pods) await pod.do('network', 'up lo');
  });
  afterEach(async () => {
    for (const pod of pods) await pod.end();
  });

  it('says that nothing failed, and nothing of losses that it cannot know', async () => {
    const now = await page();
    for (const name of ['execs', 'connections', 'container-oom']) {
      expect(now.get(`kubevigil_extractor_success{extractor="${name}"}`), name).to.equal(1);
    }
    expect(now.has('kubevigil_exec_events_lost_total')).to.equal(false);
  });

  it('counts a pod’s destinations from its socket tables', async () => {
    const [client, neighbour] = pods as [Pod, Pod];
    const of = async (pod: Pod) =>
      (await series('outbound_destinations_total', `pod="${pod.pod}"`)).filter(([, value]) => value > 0);
    await waitFor(
      'both pods to be looked at',
      async () =>
        (await series('outbound_destinations_total', `pod="${client.pod}"`)).length > 0 &&
        (await series('outbound_destinations_total', `pod="${neighbour.pod}"`)).length > 0
          ? true
          : undefined,
      WAIT_MS,
    );
    await neighbour.do('listen 3333 5', 'udp 53');
    await client.do('tun t0 10.9.0.1', 'begin a 10.9.0.2 3333');
    const moved = await waitFor(
      'the destination',
      async () => {
        const now = await of(client);
        return now.length > 0 ? now.map(([key]) => /rule="([^"]*)"/.exec(key)?.[1]).sort() : undefined;
      },
      WAIT_MS,
    );
    expect(moved).to.deep.equal(['cluster_destination', 'mining_port']);
    expect((await of(client)).map(([, value]) => value)).to.deep.equal([1, 1]);
    expect(await of(neighbour)).to.deep.equal([]);
  });

  it('counts a container’s out-of-memory kills from its cgroup', async function () {
    const [victim, neighbour] = pods as [Pod, Pod];
    const limited = victim.cgroup('memory');
    if (limited === undefined) skip(this, 'no memory controller of version 1');
    const of = async (pod: Pod) =>
      (await series('container_oom_kills_total', `container="${pod.container}"`))[0]?.[1];
    const both = async () => [await of(victim), await of(neighbour)];
    await waitFor(
      'both at 0',
      async () => ((await both()).every((n) => n === 0) ? true : undefined),
      WAIT_MS,
    );
    writeFileSync(join(limited, 'memory.limit_in_bytes'), '33554432');
    await neighbour.do('memory 60');
    await victim.do('exec perl -e $x="x"x200_000_000;sleep\\x20600');
    await waitFor('the kill', async () => ((await of(victim)) === 1 ? true : undefined), WAIT_MS);
    expect(await both()).to.deep.equal([1, 0]);
  });
});
