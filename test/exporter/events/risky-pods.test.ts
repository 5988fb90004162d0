import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { podFacts } from '../../../exporter/events/pod-facts.ts';
import { riskyPods } from '../../../exporter/events/risky-pods.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import { seriesLines } from '../../support/extract.ts';

const HARMLESS: V1Pod = {
  metadata: { namespace: 'shop', name: 'web-0', labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1' }], volumes: [{ name: 'v', emptyDir: {} }] },
};

const RISKY: V1Pod = {
  metadata: { namespace: 'shop', name: 'bad' },
  spec: {
    hostNetwork: true,
    hostPID: true,
    serviceAccountName: 'sa',
    volumes: [{ name: 'root', hostPath: { path: '/' } }],
    initContainers: [{ name: 'i', image: 'i:1', securityContext: { privileged: true } }],
    containers: [
      {
        name: 'c',
        image: 'c:1',
        ports: [{ containerPort: 80, hostPort: 8080 }],
        securityContext: { runAsUser: 0, capabilities: { add: ['cap_sys_admin'] } },
      },
    ],
    ephemeralContainers: [{ name: 'e', image: 'e:1', securityContext: { allowPrivilegeEscalation: true } }],
  },
};

describe('events: risky pods', () => {
  let rules: RuleSet;
  beforeEach(async () => {
    rules = new RuleSet(await loadRules(undefined));
  });
  const risky = (pods: readonly V1Pod[]) =>
    seriesLines(riskyPods(rules, pods).filter(({ value }) => value > 0));

  it('has each rule at 0 without a pod', () => {
    const samples = riskyPods(rules, []);
    expect(samples.map(({ value }) => value)).to.deep.equal(rules.on('pod').map(() => 0));
  });

  it('shows what a pod is risky for, and nothing of its harmless neighbour', () => {
    expect(risky([HARMLESS, RISKY])).to.deep.equal(
      ['privileged_pod', 'host_path_pod', 'host_network_pod', 'host_pid_pod', 'dangerous_capability_pod'].map(
        (rule) => `kubevigil_risky_pods{rule="${rule}",namespace="shop",pod="bad"} 1`,
      ),
    );
  });

  it('has 0 for a pod that matches nothing, so that it is no gap in a dataset', () => {
    const of = (name: string) => riskyPods(rules, [HARMLESS]).filter(({ labels }) => labels['pod'] === name);
    expect(of('web-0').map(({ value }) => value)).to.deep.equal(rules.on('pod').map(() => 0));
    expect(riskyPods(rules, [{ ...HARMLESS, status: { phase: 'Failed' } }])).to.have.length(
      rules.on('pod').length,
    );
  });

  it('ends with the pod', () => {
    expect(risky([{ ...RISKY, status: { phase: 'Succeeded' } }])).to.deep.equal([]);
    expect(risky([{ ...RISKY, status: { phase: 'Running' } }])).to.have.length(5);
  });

  it('flattens the specification over all containers', () => {
    expect(podFacts(RISKY)).to.deep.equal({
      pod_namespace: 'shop',
      pod: 'bad',
      labels: new Map(),
      service_account: 'sa',
      host_network: true,
      host_pid: true,
      host_ipc: false,
      host_paths: ['/'],
      host_ports: [8080n],
      privileged: true,
      privilege_escalation: true,
      capabilities: ['SYS_ADMIN'],
      run_as_root: true,
      images: ['i:1', 'c:1', 'e:1'],
    });
    expect(podFacts({}).images).to.deep.equal([]);
  });
});
