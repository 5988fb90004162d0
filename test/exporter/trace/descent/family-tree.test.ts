import { expect } from 'chai';
import { familyTree, type Inhabitant } from '../../../../exporter/trace/descent/family-tree.ts';
import type { ContainerLife } from '../../../../exporter/trace/descent/program.ts';

const newLife = (): ContainerLife => ({ beganNs: undefined, creator: undefined, listensNs: undefined });
const SECOND = 1e9;

/** Processes of one container, as pid, parent, second of start and executable (a name, for one of many names). */
function treeOf(
  life: ContainerLife,
  rows: readonly (readonly [number, number, number, string, string?])[],
  overNs?: number,
) {
  const processes = rows.map(([pid, parent, second, executable, name = '']): Inhabitant => {
    return { pid, parent, startedNs: second * SECOND, executable, name, life };
  });
  const tree = familyTree(processes, overNs);
  return Object.fromEntries([...tree].map(([pid, { descent, path }]) => [pid, `${descent} ${path}`]));
}

describe('programs that are older than the trace', () => {
  it('come from the eldest that has no parent in the container, or from outside', () => {
    const life = newLife();
    const rows = [
      [20, 10, 5, '/usr/bin/node'],
      [10, 1, 4, '/bin/bash'],
      [30, 2, 300, '/bin/sh'],
      [31, 30, 301, '/usr/bin/vi'],
    ] as const;
    expect(treeOf(life, rows, 400 * SECOND)).to.deep.equal({
      10: 'entrypoint /bin/bash',
      20: 'entrypoint /usr/bin/node',
      30: 'exec /bin/sh',
      31: 'exec /usr/bin/vi',
    });
    expect(life).to.deep.equal({ beganNs: 4 * SECOND, creator: undefined, listensNs: 400 * SECOND });
  });

  it('of a service are the service’s when they came late, and the image’s cron has its jobs', () => {
    const rows = [
      [10, 1, 0, '/sbin/tini'],
      [11, 10, 1, '/usr/bin/node'],
      [12, 10, 1, '/bin/busybox', 'crond'],
      [20, 11, 90, '/bin/sh'],
      [21, 12, 90, '/bin/busybox', 'sh'],
    ] as const;
    expect(treeOf(newLife(), rows)).to.deep.equal({
      10: 'entrypoint /sbin/tini',
      11: 'entrypoint /usr/bin/node',
      12: 'entrypoint crond',
      20: 'service /bin/sh',
      21: 'cron sh',
    });
  });

  it('that were given to a shell as orphans are not taken for what that shell started', () => {
    const rows = [
      [10, 1, 0, '/bin/sh'],
      [20, 10, 90, '/bin/bash'],
      [21, 20, 91, '/bin/bash'],
    ] as const;
    // A copy runs what its maker runs.
    expect(treeOf(newLife(), rows)).to.deep.equal({
      10: 'entrypoint /bin/sh',
      20: 'service /bin/bash',
      21: 'service /bin/bash',
    });
  });

  it('are read again after a loss without the first one becoming a stranger', () => {
    const life = { ...newLife(), beganNs: 2 * SECOND, creator: 7, listensNs: 3 * SECOND };
    expect(treeOf(life, [[10, 1, 2, '/usr/bin/node']], 9 * SECOND)).to.deep.equal({
      10: 'entrypoint /usr/bin/node',
    });
    expect(life.listensNs).to.equal(3 * SECOND);
  });
});
