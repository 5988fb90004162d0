import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseProtocolCounters } from '../../exporter/parsers/protocol-counters.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { enteringNamespace, namespaceObstacle } from '../../scenarios/scenario/own-namespace.ts';
import { filterObstacle } from '../../scenarios/scenario/socket-filters.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { closedTree } from '../support/open-tree.ts';
import { skip } from '../support/skip.ts';
import { AS_NOBODY, LoneScenario } from './support/lone-scenario.ts';

const HOUR_MS = 3_600_000;
const STATES = { synSent: '02', synReceived: '03', closeWait: '08' } as const;

/** What the kernel counted in a process's network namespace, and its sockets by state. */
function seenBy(pid: string) {
  const folder = `/proc/${pid}/net`;
  const read = (file: string) => readFileSync(`${folder}/${file}`, 'latin1');
  const [retransmitted = 0, established = 0] = parseProtocolCounters(read('snmp'), 'snmp', 'Tcp', [
    'RetransSegs',
    'CurrEstab',
  ]);
  const [overflows = 0, cookies = 0] = parseProtocolCounters(read('netstat'), 'netstat', 'TcpExt', [
    'ListenOverflows',
    'SyncookiesSent',
  ]);
  const states = read('tcp')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/)[3]);
  const count = (state: string) => states.filter((one) => one === state).length;
  return {
    retransmitted,
    established,
    overflows,
    cookies,
    synSent: count(STATES.synSent),
    synReceived: count(STATES.synReceived),
    closeWait: count(STATES.closeWait),
  };
}

/** What each does to the network namespace that it runs in, and the program that does it. */
const FOOTPRINTS = {
  syn_flood: {
    program: 'perl/syn-flood.pl',
    shows: { cookies: 20, synReceived: 100, retransmitted: 20 },
  },
  listen_overflow: {
    program: 'perl/listen-overflow.pl',
    shows: { overflows: 100, synSent: 50, established: 20, retransmitted: 20 },
  },
  packet_loss: { program: 'perl/packet-loss.pl', shows: { retransmitted: 50, established: 40 } },
  connection_leak: { program: 'workers/connection-leak.js', shows: { closeWait: 200, established: 200 } },
} as const;

describe('what scenarios do to TCP', () => {
  const options = { durationMs: HOUR_MS, intensity: 1, folder: '/nonexistent' };

  before(async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become nobody');
    const why = (await filterObstacle()) ?? (await namespaceObstacle());
    if (why !== undefined) skip(this, why);
  });

  for (const [name, { program, shows }] of Object.entries(FOOTPRINTS)) {
    it(`${name} shows in the kernel's counts, run by who has no rights, and nothing is left when that is killed`, async function () {
      const closed = closedTree();
      if (closed !== undefined) skip(this, closed);
      const lone = new LoneScenario(name, options, [...(await enteringNamespace([])), ...AS_NOBODY]);
      try {
        const pid = await waitFor(`${program} to run`, () => lone.pidOf(program));
        let seen = seenBy(pid);
        await waitFor(`all of ${JSON.stringify(shows)}`, () => {
          seen = seenBy(pid);
          return Object.entries(shows).every(([what, least]) => seen[what as keyof typeof seen] >= least);
        }).catch((error: Error) => expect.fail(`${error.message}; there was ${JSON.stringify(seen)}`));
      } finally {
        lone.kill();
        await lone.end();
      }
      await waitFor('its processes to end', () => lone.processes().length === 0);
    });
  }

  it('is refused in one line where there is no perl', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = '/nonexistent';
    try {
      for (const name of ['syn_flood', 'listen_overflow', 'packet_loss']) {
        const scenario = SCENARIOS.find((one) => one.name === name);
        const error = await scenario?.check(options).catch((reason: Error) => reason);
        expect(String(error)).to.equal(`ScenarioRefusal: ${name}: needs perl: install perl-base`);
      }
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});
