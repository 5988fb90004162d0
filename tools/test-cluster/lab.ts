/** The steps of `npm run test:cluster`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../common/cli.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { ROOT } from '../programs/paths.ts';
import { waitFor } from '../programs/wait.ts';
import { objectionsTo } from './judge.ts';
import type { Kubectl } from './kubectl.ts';
import type { Step } from './steps.ts';

const AGENTS = 'kubevigil-agents';
const MAIN = 'kubevigil';
const LAB = 'kubevigil-lab';
const JOB = 'test-cluster';
const READER = 'test-cluster-reader';
const MINUTE_MS = 60_000;
const ROLLOUT_MS = 5 * MINUTE_MS;
const SCRAPE_MS = 3 * MINUTE_MS;
const EXPORT_MS = 10 * MINUTE_MS;

export interface LabSetup {
  readonly kubectl: Kubectl;
  /** For `kubectl apply -k`. */
  readonly overlay: string;
  readonly image: string;
  readonly scenarios: readonly string[];
  readonly campaignMs: number;
  /** Where the dataset is fetched to. */
  readonly output: string;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

function json<T>(text: Buffer): T {
  return JSON.parse(text.toString()) as T;
}

/** Who can read the volume that the export wrote to, and does nothing. */
function readerPod(image: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: READER, namespace: MAIN, labels: { 'app.kubernetes.io/name': 'kubevigil-builder' } },
    spec: {
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'reader',
          image,
          command: ['sleep', '3600'],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'kubevigil-datasets' } }],
    },
  };
}

/** As a user would: recomputes everything that the dataset says of itself. */
function verify(folder: string): void {
  const builder = join(ROOT, 'dist', 'builder', 'main.js');
  const { status, stderr } = spawnSync(process.execPath, [builder, 'verify', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim().replaceAll('\n', '; '));
}

/** The steps in their order, and what takes everything away again. */
export function labSteps(setup: LabSetup): { steps: Step[]; cleanUp: Step } {
  const { kubectl, overlay, image, scenarios, campaignMs, output } = setup;
  let nodes: string[] = [];
  let isApplied = false;

  const rollout = (namespace: string, what: string) => async () => {
    const timeout = `--timeout=${ROLLOUT_MS / 1000}s`;
    await kubectl(['-n', namespace, 'rollout', 'status', what, timeout], {
      timeoutMs: ROLLOUT_MS + MINUTE_MS,
    });
    return undefined;
  };
  const query = async (expression: string) => {
    const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
    const text = await kubectl(['-n', MAIN, 'exec', 'statefulset/prometheus', '--', 'wget', '-qO-', url]);
    return json<{ data: { result: { metric: Record<string, string>; value: [number, string] }[] } }>(text)
      .data.result;
  };

  const steps: Step[] = [
    {
      name: 'reach the cluster',
      async run() {
        const { serverVersion } = json<{ serverVersion: { gitVersion: string } }>(
          await kubectl(['version', '-o', 'json']),
        );
        return serverVersion.gitVersion;
      },
    },
    {
      name: 'find its nodes',
      async run() {
        const { items } = json<NodeList>(
          await kubectl(['get', 'nodes', '-l', 'kubernetes.io/os=linux', '-o', 'json']),
        );
        const isReady = ({ status }: NodeList['items'][number]) =>
          status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
        nodes = items.filter(isReady).map(({ metadata }) => metadata.name);
        if (nodes.length === 0) throw new Error('no linux node is ready');
        return `${nodes.length} ready: ${nodes.join(', ')}`;
      },
    },
    {
      name: 'find nothing of ours there',
      async run() {
        const found = await kubectl([
          ...['get', 'namespace', AGENTS, MAIN, LAB, '--ignore-not-found', '-o', 'name'],
        ]);
        const names = found.toString().trim();
        if (names === '') return undefined;
        throw new UsageError(
          `${names.split('\n').join(', ')} is there already, and would be deleted at the end: take another cluster`,
        );
      },
    },
    {
      name: 'apply the lab overlay',
      async run() {
        isApplied = true;
        const applied = await kubectl(['apply', '-k', overlay], { timeoutMs: 2 * MINUTE_MS });
        return `${applied.toString().trim().split('\n').length} objects`;
      },
    },
    {
      name: 'give the scenarios a token',
      async run() {
        const token = randomBytes(32).toString('hex');
        const secret = {
          ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kubevigil-scenarios', namespace: LAB } },
          stringData: { token },
        };
        await kubectl(['apply', '-f', '-'], { input: JSON.stringify(secret) });
        return undefined;
      },
    },
    { name: 'wait for the exporters', run: rollout(AGENTS, 'daemonset/kubevigil-exporter') },
    { name: 'wait for Prometheus', run: rollout(MAIN, 'statefulset/prometheus') },
    { name: 'wait for the scenarios', run: rollout(LAB, 'deployment/kubevigil-scenarios') },
    {
      name: 'wait until every node is scraped',
      async run() {
        let missing = nodes;
        await waitFor(
          'Prometheus to scrape every node',
          async () => {
            const up = (await query('up{job="kubevigil"} == 1')).map(({ metric }) => metric['node'] ?? '');
            missing = nodes.filter((node) => !up.includes(node));
            return missing.length === 0;
          },
          SCRAPE_MS,
        ).catch((cause: unknown) => {
          throw new Error(`not scraped: ${missing.join(', ')}`, { cause });
        });
        const failing = await query('kubevigil_extractor_success == 0');
        const names = failing.map(({ metric }) => `${metric['extractor']} on ${metric['node']}`);
        return names.length === 0 ? 'all extractors succeed' : `these extractors fail: ${names.join(', ')}`;
      },
    },
    {
      name: 'run a campaign',
      async run() {
        const program = ['node', '/app/dist/scenarios/main.js', 'run', '/etc/kubevigil-plan/plan.yaml'];
        const flags = ['--episodes=/tmp/campaign.csv', '--prometheus=http://prometheus.kubevigil.svc:9090'];
        const pod = ['-n', LAB, 'exec', 'deployment/kubevigil-scenarios', '-c', 'scenarios', '--'];
        const said = await kubectl([...pod, ...program, ...flags], { timeoutMs: campaignMs });
        return said.toString().trim().split('\n').at(-1);
      },
    },
    {
      name: 'export with a job of the CronJob',
      async run() {
        await kubectl(['-n', MAIN, 'create', 'job', '--from=cronjob/kubevigil-builder', JOB]);
        const wait = ['wait', '--for=condition=complete', `--timeout=${EXPORT_MS / 1000}s`, `job/${JOB}`];
        try {
          await kubectl(['-n', MAIN, ...wait], { timeoutMs: EXPORT_MS + MINUTE_MS });
        } catch (cause) {
          const log = await kubectl(['-n', MAIN, 'logs', `job/${JOB}`, '--tail=1']).catch(String);
          throw new Error(`the job is not complete; its log ends: ${log.toString().trim()}`, { cause });
        }
        return undefined;
      },
    },
    {
      name: 'fetch the dataset',
      async run() {
        await kubectl(['apply', '-f', '-'], { input: JSON.stringify(readerPod(image)) });
        const wait = ['wait', '--for=condition=Ready', `--timeout=${ROLLOUT_MS / 1000}s`, `pod/${READER}`];
        await kubectl(['-n', MAIN, ...wait], { timeoutMs: ROLLOUT_MS + MINUTE_MS });
        const tar = ['tar', '-cf', '-', '-C', '/data', 'dataset'];
        const archive = await kubectl(['-n', MAIN, 'exec', READER, '--', ...tar], { timeoutMs: EXPORT_MS });
        mkdirSync(output, { recursive: true });
        execFileSync('tar', ['-xf', '-', '-C', output], { input: archive });
        return join(output, 'dataset');
      },
    },
    {
      name: 'verify the dataset',
      async run() {
        const folder = join(output, 'dataset');
        verify(folder);
        const manifest = json<Manifest>(readFileSync(join(folder, 'manifest.json')));
        const wrong = objectionsTo(manifest, { nodes, scenarios });
        if (wrong.length > 0) throw new Error(wrong.join('; '));
        const classes = Object.entries(manifest.classBalance).map(([name, rows]) => `${name} ${rows}`);
        return `${manifest.rows} rows: ${classes.join(', ')}`;
      },
    },
  ];
  const cleanUp: Step = {
    name: 'clean up',
    async run() {
      if (!isApplied) return 'nothing was applied';
      const flags = ['--ignore-not-found', '--wait', `--timeout=${ROLLOUT_MS / 1000}s`];
      await kubectl(['delete', '-k', overlay, ...flags], { timeoutMs: ROLLOUT_MS + MINUTE_MS });
      return 'on the nodes, /var/lib/kubelet/seccomp/kubevigil and /var/lib/kubevigil/canary stay';
    },
  };
  return { steps, cleanUp };
}

/** The scenarios of a campaign's file, and the time that it can take at most. */
export function campaignOf(plan: { readonly scenarios: readonly { readonly name: string }[] }): {
  readonly scenarios: string[];
  readonly campaignMs: number;
} {
  // Two minutes of each, with normal time and recovery around it.
  const campaignMs = (plan.scenarios.length * 8 + 10) * MINUTE_MS;
  return { scenarios: [...new Set(plan.scenarios.map(({ name }) => name))], campaignMs };
}
