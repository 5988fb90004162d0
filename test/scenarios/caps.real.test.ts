import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bruteForce } from '../../scenarios/attacks/brute-force.ts';
import { exfiltrationBurst } from '../../scenarios/attacks/exfiltration-burst.ts';
import { httpFlood } from '../../scenarios/attacks/http-flood.ts';
import { memoryLeak } from '../../scenarios/attacks/memory-leak.ts';
import { riskyPod } from '../../scenarios/attacks/risky-pod.ts';
import { loadSpike } from '../../scenarios/benign/load-spike.ts';
import { SCENARIOS } from '../../scenarios/registry/registry.ts';
import { spaceObstacle } from '../../scenarios/scenario/disk-space.ts';
import type { Scenario, ScenarioOptions } from '../../scenarios/scenario/scenario.ts';
import { atBest } from '../support/at-best.ts';

const VICTIM = 'http://127.0.0.1:9';
const TARGETED = [
  'http_flood',
  'connection_exhaustion',
  'slow_post',
  'brute_force',
  'credential_stuffing',
  'web_scan',
  'web_injection',
  'web_shell',
  'ssrf_metadata',
  'log4shell',
  'shellshock',
  'struts',
  'exfiltration_burst',
  'network_flood',
  'lateral_scan',
  'load_spike',
  'backup',
  'health_check_storm',
  'search_crawl',
];

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('caps of scenarios', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const asked = (more: Partial<ScenarioOptions> = {}): ScenarioOptions => ({
    durationMs: 1_000,
    intensity: 1,
    folder,
    target: VICTIM,
    ...more,
  });

  /** Both ways say no, in one line, before anything was done. */
  async function expectRefusal(scenario: Scenario, options: ScenarioOptions, why: RegExp): Promise<void> {
    for (const way of ['check', 'run'] as const) {
      const error = await scenario[way](options).then(
        () => new Error('it was done'),
        (reason: Error) => reason,
      );
      expect(error.name, error.message).to.equal('ScenarioRefusal');
      expect(error.message)
        .to.match(new RegExp(`^${scenario.name}: `))
        .and.match(why)
        .and.not.contain('\n');
    }
  }

  for (const scenario of SCENARIOS) {
    const { name, parameters } = scenario;

    it(`${name} is refused for longer than it may be, and for no time`, async () => {
      for (const durationMs of [1e12, 3_600_001, Number.POSITIVE_INFINITY, 0, -1, Number.NaN]) {
        await expectRefusal(scenario, asked({ durationMs }), /must be above 0 and at most 3600/);
      }
      for (const intensity of [0, -1, 1.01, Number.POSITIVE_INFINITY, Number.NaN]) {
        await expectRefusal(scenario, asked({ intensity }), /intensity is .*must be above 0 and at most 1/);
      }
    });

    it(`${name} is refused with more than its parameters may be`, async () => {
      for (const [parameter, { most }] of Object.entries(parameters)) {
        for (const value of [most + 1, 1e18, Number.POSITIVE_INFINITY]) {
          const options = asked({ parameters: { [parameter]: value } });
          await expectRefusal(scenario, options, new RegExp(`${parameter} is .*: at most ${most}$`));
        }
        for (const value of [0, -1, Number.NaN]) {
          const options = asked({ parameters: { [parameter]: value } });
          await expectRefusal(scenario, options, new RegExp(`${parameter} is .*: must be above 0`));
        }
      }
      await expectRefusal(scenario, asked({ parameters: { toString: 1 } }), /has no parameter "toString"/);
    });
  }

  for (const name of TARGETED) {
    it(`${name} is refused for foreign targets`, async () => {
      const scenario = SCENARIOS.find((one) => one.name === name) as Scenario;
      for (const target of [
        'http://93.184.215.14',
        'http://127.0.0.1@example.org',
        'http://[::ffff:8.8.8.8]',
      ]) {
        await expectRefusal(scenario, asked({ target }), /target "/);
      }
      const { target: _, ...without } = asked();
      await expectRefusal(scenario, without, /needs a target/);
    });
  }

  it('nothing but these has a target', async () => {
    const others = SCENARIOS.filter(({ name }) => !TARGETED.includes(name));
    for (const scenario of others) {
      const error = await scenario.check(asked({ target: 'http://93.184.215.14' })).catch((reason) => reason);
      expect(String(error ?? '')).not.to.contain('target');
    }
  });

  it('exfiltration_burst is refused where no uplink would see it', async () => {
    await expectRefusal(exfiltrationBurst, asked(), /is on loopback, where no uplink sees it/);
  });

  it('risky_pod is refused outside of Kubernetes', async () => {
    await expectRefusal(riskyPod, asked(), /needs Kubernetes/);
  });

  it('memory_leak is refused more than half of what is available', async () => {
    const real = process.availableMemory;
    process.availableMemory = () => 1024 * 1024 * 1024;
    try {
      await expectRefusal(
        memoryLeak,
        asked({ parameters: { mebibytes: 513 } }),
        /more than half of the 1024/,
      );
      await memoryLeak.check(asked({ parameters: { mebibytes: 512 } }));
    } finally {
      process.availableMemory = real;
    }
  });

  for (const name of ['disk_thrash', 'disk_fill', 'batch_job']) {
    it(`${name} is refused where it cannot write`, async () => {
      const scenario = SCENARIOS.find((one) => one.name === name) as Scenario;
      await expectRefusal(scenario, asked({ folder: join(folder, 'missing') }), /cannot write to .*: ENOENT/);
    });
  }

  it('a file is at most a tenth of the free space', async () => {
    expect(await spaceObstacle(folder, 1e18)).to.match(/^would write .* more than a tenth of what is free/);
    expect(await spaceObstacle(folder, 1)).to.equal(undefined);
  });

  it('redirects are not followed', async () => {
    const visited: string[] = [];
    const elsewhere = createServer((request, response) => {
      visited.push(request.url ?? '');
      response.end();
    });
    const location = `http://127.0.0.1:${await portOf(elsewhere)}/`;
    const redirecting = createServer((_, response) => {
      response.writeHead(307, { Location: location }).end();
    });
    const target = `127.0.0.1:${await portOf(redirecting)}`;
    try {
      for (const scenario of [httpFlood, bruteForce, loadSpike]) {
        await scenario.run(asked({ target, durationMs: 300, intensity: 0.05 }));
      }
      expect(visited).to.deep.equal([]);
    } finally {
      for (const server of [elsewhere, redirecting]) server.close().closeAllConnections();
    }
  });

  it('a service that is not there is a failure', async () => {
    const closed = createServer();
    const target = `127.0.0.1:${await portOf(closed)}`;
    closed.close();
    await once(closed, 'close');
    const error = await httpFlood.run(asked({ target, durationMs: 3_000 })).catch((reason) => reason);
    expect(String(error)).to.match(
      /scenario http-requests failed: Error: 127\.0\.0\.1:\d+ answers nothing: .*ECONNREFUSED/,
    );
  });

  for (const name of [
    'cpu_burn',
    'disk_thrash',
    'disk_fill',
    'connection_leak',
    'implant',
    'fork_burst',
    'memory_leak',
    'batch_job',
    'admin_exec',
    'deployment_rollout',
    'log_rotation',
    'package_update',
    'cron_burst',
  ]) {
    it(`${name} stops when it is told to, and leaves no file`, async () => {
      const scenario = SCENARIOS.find((one) => one.name === name) as Scenario;
      const tookMs = await atBest(15_000, 5, async () => {
        const abort = new AbortController();
        const began = performance.now();
        const run = scenario.run(asked({ durationMs: 3_600_000, intensity: 0.1 }), abort.signal);
        setTimeout(() => abort.abort(), 700);
        await run;
        expect(readdirSync(folder)).to.deep.equal([]);
        return performance.now() - began;
      });
      expect(tookMs).to.be.below(15_000);
    });
  }
});
