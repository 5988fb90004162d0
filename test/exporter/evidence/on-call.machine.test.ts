import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { type StoredSeries, writeTsdb } from '../../builder/support/tsdb.ts';
import { needsNode } from '../../scenarios/support/node.ts';
import { type StagePod, VICTIM_PORT } from '../../scenarios/support/stage-pod.ts';
import { NODE_NAME, WatchedNode } from '../../scenarios/support/watched-node.ts';
import { runExporter } from '../../support/exporter.ts';
import { parseSeries } from '../../support/series.ts';
import { type EventRecord, parseRecord } from './support.ts';

/** Nobody works in these pods but the intruder. */
const HABITS = { housekeepingMs: 3_600_000, requestsPerSecond: 0.1 };

interface Provocation {
  readonly alert: string;
  readonly rule: string;
  /** What the record has under its kind. */
  readonly holds: (record: EventRecord) => void;
}

/** One of each kind of rule, by the scenario that does it. */
const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  reverse_shell: {
    alert: 'KubevigilSuspiciousExec',
    rule: 'shell_in_container',
    holds: ({ exec }) =>
      expect(exec)
        .to.include({ name: basename(realpathSync('/bin/sh')), in_container: true })
        .and.to.include.keys('path', 'pid'),
  },
  mining: {
    alert: 'KubevigilSuspiciousDestination',
    rule: 'mining_port',
    holds: ({ connection }) =>
      expect(connection).to.include({ in_container: true }).and.to.have.property('address'),
  },
  file_tamper: {
    alert: 'KubevigilFileChanged',
    rule: 'canary_file_changed',
    holds: ({ file }) =>
      expect(file)
        .to.have.property('path')
        .that.matches(/canary/),
  },
  web_injection: {
    alert: 'KubevigilWebAttack',
    rule: 'web_sql_injection',
    holds: ({ log }) => expect(log).to.have.property('line').that.contains('HTTP/1.1'),
  },
};
/** The fifth is no scenario outside of a cluster. */
const PRIVILEGED = {
  alert: 'KubevigilRiskyPod',
  rule: 'privileged_pod',
  holds: ({ pod_spec }: EventRecord) => expect(pod_spec).to.deep.include({ privileged: true }),
};
const PRIVILEGED_POD = 'shop/privileged-0';

interface FiringAlert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Long enough for an agent that looks at processes each second and at connections at each scrape: traces are the machine's, not this node's. */
const DURATION_MS = 10_000;

/** That the cluster is watched for an hour already: until then all pods are new to it, and no alert is about them. */
function anHourAgo(): StoredSeries {
  const now = Date.now();
  return {
    labels: { __name__: 'kubevigil_build_info', job: 'kubevigil', node: NODE_NAME },
    samples: Array.from({ length: 20 }, (_, i) => [now - (70 - i) * 60_000, 1]),
  };
}

describe('whoever is on call', () => {
  let folder = '';
  let node: WatchedNode;
  let isOver = false;
  const ended: Promise<void>[] = [];
  const pods = new Map<string, StagePod>();

  async function provoke(name: string, pod: StagePod): Promise<void> {
    const options = {
      durationMs: DURATION_MS,
      intensity: 1,
      folder: pod.folder,
      target: `127.0.0.1:${VICTIM_PORT}`,
      allowedTargets: [],
    };
    while (!isOver) {
      const failure = await pod.do({ name, options });
      if (failure !== undefined && !isOver) throw new Error(`${name}: ${failure}`);
    }
  }

  before(async function () {
    needsNode.call(this);
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    await writeTsdb(folder, [anHourAgo()]);
    node = await WatchedNode.start(folder, '2s');
    for (const name of Object.keys(PROVOCATIONS)) pods.set(name, await node.addPod(HABITS));
    await node.announce({
      metadata: { uid: 'privileged', namespace: 'shop', name: 'privileged-0' },
      spec: {
        nodeName: NODE_NAME,
        containers: [{ name: 'app', image: 'app', securityContext: { privileged: true } }],
      },
      status: { phase: 'Running' },
    });
    // Connections that were there at the first look may be as old as the pod.
    await waitFor('the pods to be seen at rest', async (signal) => {
      const page = await (await fetch(`http://${node.exporter}/metrics`, { signal })).text();
      const seen = [...parseSeries(page).keys()];
      const isSeen = ({ name }: StagePod) =>
        seen.some(
          (key) => key.startsWith('kubevigil_outbound_destinations_total{') && key.includes(`pod="${name}"`),
        );
      return [...pods.values()].every(isSeen);
    });
    for (const [name, pod] of pods) ended.push(provoke(name, pod));
  });
  after(async () => {
    isOver = true;
    const failures = await Promise.allSettled(ended);
    await node?.close();
    rmSync(folder, { recursive: true, force: true });
    expect(failures.filter(({ status }) => status === 'rejected')).to.deep.equal([]);
  });

  async function firing(alert: string, rule: string): Promise<FiringAlert> {
    return await waitFor(`${alert} about ${rule}`, async (signal) => {
      const answer = await fetch(`${node.prometheus}/api/v1/alerts`, { signal });
      const { data } = (await answer.json()) as { data: { alerts: FiringAlert[] } };
      return data.alerts.find(
        ({ state, labels }) => state === 'firing' && labels['alertname'] === alert && labels['rule'] === rule,
      );
    });
  }

  /** Types what the alert has for them; the node's name leads nowhere here, so that they put its address. */
  async function type(command: string): Promise<EventRecord[]> {
    const [program, ...args] = command.split(' ');
    expect(program).to.equal('kubevigil-exporter');
    const { code, stdout, stderr } = await runExporter(
      args.map((word) => word.replace(`${NODE_NAME}:24924`, node.exporter)),
    );
    expect(code, stderr).to.equal(0);
    return stdout.split('\n').filter(Boolean).map(parseRecord);
  }

  const cases = [
    ...Object.entries(PROVOCATIONS).map(([what, one]) => ({ what, ...one })),
    { what: 'a privileged pod', ...PRIVILEGED },
  ];
  for (const { what, alert, rule, holds } of cases)
    it(`is woken by ${alert} about ${what}, types what it has for them, and sees what happened`, async () => {
      const { annotations, labels } = await firing(alert, rule);
      const of = annotations['events'] ?? '';
      expect(of).to.match(
        new RegExp(`^kubevigil-exporter events --rule ${rule} .*http://${NODE_NAME}:24924$`),
      );
      const records = await type(of);
      expect(records, of).not.to.deep.equal([]);
      for (const record of records) {
        expect(record).to.include({ node: NODE_NAME, rule, severity: labels['severity'] });
        // A file is the node's.
        if (record.on === 'file') continue;
        const place = what === 'a privileged pod' ? PRIVILEGED_POD : `shop/${pods.get(what)?.name}`;
        expect(`${record['namespace']}/${record['pod']}`).to.equal(place);
      }
      holds(records[0] as EventRecord);
    });
});
