import type { V1Container, V1ContainerStatus } from '@kubernetes/client-node';
import { expect } from 'chai';
import { declaredCommands } from '../../../exporter/kubernetes/declared-commands.ts';
import { PodStore } from '../../../exporter/kubernetes/pod-store.ts';
import { prunePod } from '../../../exporter/kubernetes/prune-pod.ts';

const exec = (...command: string[]) => ({ exec: { command } });
const UID = '8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';

function pruned(container: Partial<V1Container>) {
  const pod = prunePod({ spec: { containers: [{ name: 'c', ...container }] } });
  return { pod, declared: declaredCommands(pod.spec?.containers[0] as V1Container) };
}

describe('the commands that a pod’s specification has run', () => {
  it('are those of all probes and hooks, and no others', () => {
    const { declared } = pruned({
      livenessProbe: { ...exec('a'), periodSeconds: 1 },
      readinessProbe: { httpGet: { port: 80 } },
      startupProbe: exec('b', ''),
      lifecycle: { postStart: exec('c'), preStop: exec('d'), stopSignal: 'SIGTERM' },
      command: ['e'],
    });
    expect(declared).to.deep.equal([
      { kind: 'probe', command: ['a'] },
      { kind: 'probe', command: ['b', ''] },
      { kind: 'hook', command: ['c'] },
      { kind: 'hook', command: ['d'] },
    ]);
    expect(pruned({ command: ['sh'] }).declared).to.deep.equal([]);
  });

  it('have references to the environment replaced in probes, as the kubelet does, and nothing more of it is kept', () => {
    const env = [
      { name: 'PORT', value: '5432' },
      { name: 'SECRET', value: 'hunter2' },
      { name: 'FROM', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const words = ['pg_isready', '-p', '$(PORT)', '$$(PORT)', '$(NONE)', '$PORT', '$(FROM)', '$'];
    const { declared, pod } = pruned({
      env,
      livenessProbe: exec(...words),
      lifecycle: { preStop: exec('$(PORT)') },
    });
    expect(declared[0]?.command).to.deep.equal([
      'pg_isready',
      '-p',
      '5432',
      '$(PORT)',
      '$(NONE)',
      '$PORT',
      '',
      '$',
    ]);
    expect(declared[1]?.command, 'a hook is run as it is written').to.deep.equal(['$(PORT)']);
    expect(JSON.stringify(pod)).not.to.contain('hunter2');
  });

  it('are known by the container’s id, before that by the pod, and for a container of no pod there are none', () => {
    const store = new PodStore();
    const { names } = store;
    expect(names.declared(UID, 'x'), 'nothing is listed yet').to.equal(undefined);
    expect(names.declared(undefined, 'x')).to.deep.equal([]);
    const containers = [
      { name: 'app', image: 'app:1', livenessProbe: exec('a') },
      { name: 'log', image: 'log:2', livenessProbe: exec('b') },
    ];
    const pod = { metadata: { uid: UID, name: 'p', namespace: 'n' }, spec: { containers } };
    store.put(pod);
    expect(names.declared(UID, 'x')?.map(({ command }) => command)).to.deep.equal([['a'], ['b']]);
    expect(names.image('x')).to.equal(undefined);
    const containerStatuses = [{ name: 'log', containerID: 'containerd://x' } as V1ContainerStatus];
    store.put({ ...pod, status: { containerStatuses } });
    expect(names.declared(UID, 'x')?.map(({ command }) => command)).to.deep.equal([['b']]);
    expect(names.image('x')).to.equal('log:2');
    store.retain(new Set([UID]));
    expect(names.declared('another', 'y'), 'of a pod that the server does not know').to.deep.equal([]);
    names.follow(false);
    expect(names.declared('another', 'y'), 'no news come').to.equal(undefined);
  });
});
