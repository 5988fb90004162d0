import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { LONGEST_START_NS } from '../../../exporter/trace/descent/descend.ts';
import { credentialStuffing } from '../../../scenarios/attacks/credential-stuffing.ts';
import { log4shell } from '../../../scenarios/attacks/log4shell.ts';
import { shellshock } from '../../../scenarios/attacks/shellshock.ts';
import { ssrfMetadata } from '../../../scenarios/attacks/ssrf-metadata.ts';
import { struts } from '../../../scenarios/attacks/struts.ts';
import { webInjection } from '../../../scenarios/attacks/web-injection.ts';
import { webScan } from '../../../scenarios/attacks/web-scan.ts';
import { webShell } from '../../../scenarios/attacks/web-shell.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { ROOT } from '../../support/paths.ts';
import { parseSeries } from '../../support/series.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { needsNode } from '../support/node.ts';
import { Servant } from '../support/servant.ts';
import { type StagePod, VICTIM_PORT } from '../support/stage-pod.ts';
import { WatchedNode } from '../support/watched-node.ts';

const PACKETS = join(ROOT, 'test', 'scenarios', 'support', 'packets.pl');
const DURATION_MS = 4_000;
/** Until then an agent that polls takes what is started in a container for its entry point's own. */
const BEGINNING_MS = LONGEST_START_NS / 1e6 + 1_000;
const HABITS = { housekeepingMs: 1_000, requestsPerSecond: 2 };

describe('the exporter, of web attacks on a pod', () => {
  let node: WatchedNode;
  let pod: StagePod;
  let startedMs = 0;
  let packets: Servant;
  after(async () => {
    packets?.kill();
    await node?.close();
  });
  const newFolder = temporaryFolder();
  before(async function () {
    needsNode.call(this);
    node = await WatchedNode.start(newFolder(), '5s');
    packets = new Servant([...node.entering, 'perl', PACKETS]);
    await packets.answer();
    pod = await node.addPod(HABITS);
    startedMs = performance.now();
  });

  /** How often a rule has matched for the pod so far. */
  async function matches(signal?: AbortSignal): Promise<(rule: string) => number> {
    const response = await fetch(`http://${node.exporter}/metrics`, signal === undefined ? {} : { signal });
    const series = [...parseSeries(await response.text())].filter(([name]) =>
      name.includes(`pod="${pod.name}"`),
    );
    return (rule) =>
      series.filter(([name]) => name.includes(`rule="${rule}"`)).reduce((sum, [, value]) => sum + value, 0);
  }

  for (const scenario of [
    credentialStuffing,
    webScan,
    webInjection,
    ssrfMetadata,
    webShell,
    log4shell,
    shellshock,
    struts,
  ]) {
    const { name, rules = [] } = scenario;
    it(`sees ${name} by ${rules.join(', ')}`, async () => {
      if (rules.includes('shell_in_container'))
        await sleep(Math.max(0, startedMs + BEGINNING_MS - performance.now()));
      const earlier = await matches();
      const target = `127.0.0.1:${VICTIM_PORT}`;
      const options = { durationMs: DURATION_MS, intensity: 1, folder: pod.folder, target };
      expect(await pod.do({ name, options })).to.equal(undefined);
      await waitFor(`${rules.join(', ')} to match`, async (signal) => {
        const now = await matches(signal);
        return rules.every((rule) => now(rule) > earlier(rule));
      });
    });
  }

  it('sees no packet leave the node meanwhile', async () => {
    packets.order({});
    const destinations = (await packets.answer()).split(' ').filter(Boolean);
    // The pages that were scraped are for this machine's end of the uplink.
    expect(destinations).not.to.deep.equal([]);
    const network = node.exporter.replace(/\d+:\d+$/, '');
    expect(destinations.filter((address) => !address.startsWith(network))).to.deep.equal([]);
  });
});
