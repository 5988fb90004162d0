import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import fc from 'fast-check';
import { PodNames } from '../../../exporter/kubernetes/pod-names.ts';
import { containerLabels } from '../../../exporter/owners/attribution.ts';
import { type ContainerNames, NO_NAMES } from '../../../exporter/owners/names.ts';

const MINUTE_MS = 60_000;
const UID = '8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';
const HASH = '0123456789abcdef0123456789abcdef';
const NAME = { namespace: 'shop', pod: 'web-0' };
const SANDBOX = 'sandbox-0000000';

type Kind = 'init' | 'plain' | 'ephemeral';
const CONTAINERS: Record<string, Kind> = {
  migrate: 'init',
  nginx: 'plain',
  log: 'plain',
  debug: 'ephemeral',
};

/** The pod as the API server has it, by the ids that its containers have there; those not named are not in its spec. */
function podWith(ids: Readonly<Record<string, string | undefined>>, isStatic: boolean): V1Pod {
  const of = (kind: Kind) => Object.keys(ids).filter((name) => CONTAINERS[name] === kind);
  const specs = (kind: Kind) => of(kind).map((name) => ({ name }));
  const statuses = (kind: Kind) =>
    of(kind).map((name) => {
      const id = ids[name];
      return { name, ...(id !== undefined && { containerID: `containerd://${id}` }) } as V1ContainerStatus;
    });
  return {
    metadata: {
      ...{ uid: UID, name: NAME.pod, namespace: NAME.namespace },
      ...(isStatic && { annotations: { 'kubernetes.io/config.hash': HASH } }),
    },
    spec: {
      initContainers: specs('init'),
      containers: specs('plain'),
      ephemeralContainers: specs('ephemeral').map(({ name }) => ({ name })),
    },
    status: {
      initContainerStatuses: statuses('init'),
      containerStatuses: statuses('plain'),
      ephemeralContainerStatuses: statuses('ephemeral'),
    },
  };
}

/** The node, its pod's sandbox and containers, and what the watch has brought of them so far. */
class Node {
  readonly names = new PodNames();
  nowMs = 0;
  readonly #isStatic: boolean;
  #shown: V1Pod | undefined;

  constructor(isStatic: boolean) {
    this.#isStatic = isStatic;
  }

  watch(ids: Readonly<Record<string, string | undefined>> | undefined): void {
    const next = ids && podWith(ids, this.#isStatic);
    this.names.update(this.#shown, next, this.nowMs);
    this.#shown = next;
  }

  labels(containerId: string) {
    const { names, nowMs } = this;
    const view: ContainerNames = {
      ...NO_NAMES,
      container: (id) => names.container(id),
      pod: (uid) => names.pod(uid),
      isSandbox: (uid, id) => names.isSandbox(uid, id, nowMs),
    };
    const podUid = this.#isStatic ? HASH : UID;
    return containerLabels({ podUid, containerId, runtime: 'containerd', path: `/${containerId}` }, view);
  }
}

const short = (id: string) => id.slice(0, 12);

describe('what a container is called before its name is known', () => {
  it('one that was restarted goes by its short id until the watch brings its name', () => {
    const node = new Node(false);
    node.watch({ nginx: 'first-nginx-0000' });
    expect(node.labels('second-nginx-000')).to.deep.equal({ ...NAME, container: 'second-nginx' });
    node.watch({ nginx: 'second-nginx-000' });
    expect(node.labels('second-nginx-000')).to.deep.equal({ ...NAME, container: 'nginx' });
  });

  it('the sandbox has an empty container as soon as all others have names, if it was there before them', () => {
    const node = new Node(false);
    expect(node.labels(SANDBOX)).to.deep.equal({ namespace: '', pod: '', container: short(SANDBOX) });
    node.nowMs = 1;
    node.watch({ nginx: undefined });
    expect(node.labels('first-nginx-0000')).to.deep.equal({ ...NAME, container: 'first-nginx-' });
    expect(node.labels(SANDBOX)).to.deep.equal({ ...NAME, container: short(SANDBOX) });
    node.watch({ nginx: 'first-nginx-0000' });
    expect(node.labels(SANDBOX)).to.deep.equal({ ...NAME, container: '' });
  });

  it('a sandbox that is seen later has it after a minute, but not while no news come', () => {
    const node = new Node(false);
    node.watch({ nginx: 'first-nginx-0000' });
    expect(node.labels(SANDBOX).container).to.equal(short(SANDBOX));
    node.names.follow(false);
    node.nowMs = 10 * MINUTE_MS;
    expect(node.labels(SANDBOX).container).to.equal(short(SANDBOX));
    node.names.follow(true);
    expect(node.labels(SANDBOX).container).to.equal('');
    // A sandbox that is still there is the only one.
    expect(node.labels('second-nginx-000').container).to.equal('second-nginx');
    node.nowMs += MINUTE_MS;
    expect(node.labels(SANDBOX).container).to.equal('');
    node.nowMs += MINUTE_MS - 1;
    expect(node.labels('second-nginx-000').container).to.equal('second-nginx');
  });

  it('holds in any order of starts, restarts, events, news and ends', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), which: fc.nat(3) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('event' as const), which: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('news' as const), behind: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(2_000) }) },
    );
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.array(step, { maxLength: 60 }), (isStatic, seen, steps) => {
        const node = new Node(isStatic);
        if (seen) node.labels(SANDBOX);
        const names = Object.keys(CONTAINERS);
        let ids: Record<string, string | undefined> = {
          migrate: undefined,
          nginx: undefined,
          log: undefined,
        };
        const history = [ids];
        const started: { id: string; name: string; told: boolean }[] = [];
        let isKnown = false;
        for (const [i, one] of steps.entries()) {
          node.nowMs += 1;
          if (one.do === 'start') {
            const name = names[one.which] ?? '';
            const id = `container-${String(i).padStart(4, '0')}`;
            started.push({ id, name, told: false });
            ids = { ...ids, [name]: id };
            history.push(ids);
          } else if (one.do === 'news') {
            const told = history.at(-1 - one.behind) ?? ids;
            node.watch(told);
            isKnown = true;
            for (const each of started) each.told ||= Object.values(told).includes(each.id);
          } else if (one.do === 'delete') node.watch(undefined);
          else if (one.do === 'wait') node.nowMs += Math.min(one.ms, 50_000 / steps.length);
          else {
            const found = started[one.which % Math.max(1, started.length)];
            if (found === undefined) continue;
            const { namespace, pod, container } = node.labels(found.id);
            expect(container, found.id).to.equal(found.told ? found.name : short(found.id));
            expect([namespace, pod]).to.deep.equal(isKnown ? ['shop', 'web-0'] : ['', '']);
          }
          expect(node.labels(SANDBOX).container).to.be.oneOf(['', short(SANDBOX)]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
