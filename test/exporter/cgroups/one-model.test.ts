/** Processes are counted, and events told apart, by the same model: both must give a process to the same owner. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path/posix';
import { expect } from 'chai';
import fc from 'fast-check';
import { findContainerHierarchy } from '../../../exporter/cgroups/hierarchy.ts';
import { placeOf } from '../../../exporter/cgroups/place.ts';
import { CgroupTable } from '../../../exporter/cgroups/table.ts';
import { Groups } from '../../../exporter/processes/groups.ts';

const UNIFIED = '';
const LIMITING = ['memory', 'cpu,cpuacct', 'cpuacct,cpu', 'cpu', 'pids'];
const OTHERS = ['name=systemd', 'cpuset', 'freezer', 'net_cls,net_prio', 'misc'];
const INITIAL = 'cgroup:[4026531835]';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

const uid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join('-'));

interface Container {
  readonly podUid: string | undefined;
  readonly id: string;
  readonly path: string;
}

/** A container as the drivers and runtimes shape its path. */
const container: fc.Arbitrary<Container> = fc.tuple(uid, hex(64), fc.nat(3)).map(([podUid, id, shape]) => {
  const slice = `kubepods-burstable-pod${podUid.replaceAll('-', '_')}.slice`;
  const paths = [
    `/kubepods/burstable/pod${podUid}/${id}`,
    `/kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${id}.scope`,
    `/system.slice/containerd.service/${slice}:cri-containerd:${id}`,
    `/system.slice/docker-${id}.scope`,
  ];
  return { podUid: shape === 3 ? undefined : podUid, id, path: paths[shape] ?? '' };
});

/** The hierarchies of a host, and those in which its runtime makes cgroups. */
const hierarchies = fc
  .record({
    limiting: fc.subarray(LIMITING, { maxLength: 3 }),
    others: fc.subarray(OTHERS, { maxLength: 2 }),
    isHybrid: fc.boolean(),
    made: fc.infiniteStream(fc.boolean()),
  })
  .map(({ limiting: chosen, others, isHybrid, made }) => {
    // A controller is in one hierarchy only.
    const limiting = chosen.includes('cpu,cpuacct')
      ? chosen.filter((one) => one === 'cpu,cpuacct' || !one.includes('cpu'))
      : chosen.filter((one) => !(one === 'cpu' && chosen.includes('cpuacct,cpu')));
    const version2 = isHybrid || limiting.length === 0 ? [UNIFIED] : [];
    const all = [...limiting, ...others, ...version2];
    // With no controller in version 1, runtimes make cgroups in version 2, whatever else is mounted.
    const some = all.filter(() => made.next().value === true);
    const own = limiting.length === 0 ? [UNIFIED, ...some] : some.length > 0 ? some : limiting;
    return { all, made: new Set(own) };
  });

interface Member {
  /** Index of its container; undefined: a process of the host's. */
  readonly container: number | undefined;
  /** The runtime put it into version 1 only, as older ones do on a hybrid host. */
  readonly leavesOutUnified: boolean;
}

const layouts = fc.record({
  hierarchies,
  containers: fc.array(container, { minLength: 1, maxLength: 2 }),
  members: fc.array(
    fc.record({
      container: fc.option(fc.nat(1), { nil: undefined }),
      leavesOutUnified: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  /** Whether the agent is in the first container, with a cgroup namespace of its own. */
  isPrivate: fc.boolean(),
});

const HOST_PATHS = ['/system.slice/containerd.service', '/', '/user.slice/user-0.slice/session-1.scope'];

describe('the one model of cgroups', () => {
  it('gives a process the same owner when it is counted and when something happens in it', () => {
    fc.assert(
      fc.property(layouts, (layout) => check(layout)),
      { numRuns: 60 },
    );
  });
});

type Layout = typeof layouts extends fc.Arbitrary<infer L> ? L : never;

function check({ hierarchies: { all, made }, containers, members, isPrivate }: Layout): void {
  const host = mkdtempSync(join(tmpdir(), 'kubevigil-model-'));
  const [procfs, sysfs] = [join(host, 'proc'), join(host, 'sys')];
  const root = join(sysfs, 'fs/cgroup');
  const mountOf = (controllers: string) => {
    if (controllers === UNIFIED) return all.length === 1 ? root : join(root, 'unified');
    return join(root, controllers.replace('name=', ''));
  };
  const madeFolders = new Set<string>();
  const makeCgroup = (controllers: string, path: string, procs?: string) => {
    const mount = mountOf(controllers);
    const folder = path === '/' ? mount : `${mount}${path}`;
    for (let at = folder; at.startsWith(mount) && !madeFolders.has(at); at = dirname(at)) {
      madeFolders.add(at);
      mkdirSync(at, { recursive: true });
      writeFileSync(join(at, 'cgroup.procs'), '');
    }
    if (procs !== undefined) writeFileSync(join(folder, 'cgroup.procs'), procs);
    if (controllers === UNIFIED && path === '/') writeFileSync(join(mount, 'cgroup.controllers'), '');
  };
  const limits = [...made].some((controllers) => LIMITING.includes(controllers));
  /** Where a member is in each hierarchy. */
  const pathsOf = ({ container: index, leavesOutUnified }: Member, i: number) =>
    all.map((controllers) => {
      const own = index === undefined ? undefined : containers[index % containers.length];
      const leftOut = controllers === UNIFIED && leavesOutUnified && limits;
      const hostPath = HOST_PATHS[i % HOST_PATHS.length] ?? '/';
      return own !== undefined && made.has(controllers) && !leftOut ? own.path : hostPath;
    });
  const agent = pathsOf({ container: isPrivate ? 0 : undefined, leavesOutUnified: false }, 1);
  const shown = (paths: readonly string[]) =>
    all
      .map((controllers, i) => {
        const path = isPrivate ? `/${relative(agent[i] ?? '/', paths[i] ?? '/')}` : paths[i];
        return `${controllers === UNIFIED ? 0 : i + 1}:${controllers}:${path}\n`;
      })
      .join('');
  const writeProcess = (name: string, paths: readonly string[], namespace: string) => {
    mkdirSync(join(procfs, name, 'ns'), { recursive: true });
    writeFileSync(join(procfs, name, 'cgroup'), shown(paths));
    symlinkSync(namespace, join(procfs, name, 'ns/cgroup'));
  };
  try {
    for (const controllers of all) {
      makeCgroup(controllers, '/');
      for (const path of HOST_PATHS) makeCgroup(controllers, path);
      for (const { path } of made.has(controllers) ? containers : []) makeCgroup(controllers, path);
    }
    for (const [i, controllers] of all.entries())
      makeCgroup(controllers, agent[i] ?? '/', `${process.pid}\n`);
    writeProcess('self', agent, isPrivate ? 'cgroup:[4026532201]' : INITIAL);
    writeProcess(
      '1',
      all.map(() => '/'),
      INITIAL,
    );
    for (const [i, member] of members.entries()) writeProcess(String(100 + i), pathsOf(member, i), INITIAL);

    const groups = new Groups({ procfs, sysfs });
    const table = new CgroupTable(procfs, findContainerHierarchy(procfs, sysfs));
    for (const [i, member] of members.entries()) {
      const own =
        member.container === undefined ? undefined : containers[member.container % containers.length];
      const cgroup = table.of(100 + i);
      expect(cgroup, 'of an event').not.to.equal(undefined);
      const event = placeOf(cgroup?.path ?? '');
      const counted = groups.of(100 + i).place;
      for (const [use, place] of Object.entries({ event, counted })) {
        expect(place?.containerId, use).to.equal(own?.id);
        expect(place?.podUid, use).to.equal(own?.podUid);
      }
    }
  } finally {
    rmSync(host, { recursive: true });
  }
}
