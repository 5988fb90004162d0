import { expect } from 'chai';
import fc from 'fast-check';
import type { Cgroup } from '../../../../exporter/cgroups/table.ts';
import { type Attributed, Attribution } from '../../../../exporter/trace/attribution/attribution.ts';
import { isOwnCopy, stageAfter } from '../../../../exporter/trace/attribution/runtime-stage.ts';

const CONTAINERD: Cgroup = { id: 1, path: '/system.slice/containerd.service' };
const POD: Cgroup = { id: 2, path: '/pod/a' };
const NESTED: Cgroup = { id: 3, path: '/pod/a/nested' };
const OTHER: Cgroup = { id: 4, path: '/pod/b' };
const VFORK = 0x4111;
const INTO_CGROUP = 2 ** 33;

type Step =
  | readonly ['fork', parent: number, child: number, flags?: number]
  | readonly ['attach', pid: number, cgroup: Cgroup]
  | readonly ['exec', pid: number, path: string]
  | readonly ['exit', pid: number];

/** The shim (100) is containerd's, the container's own process (200) is in the container. */
function replay(
  steps: readonly Step[],
  placed?: Cgroup,
): { path: string; event: Attributed; presumed: boolean }[] {
  const lookup = {
    of: () => placed,
    leaderOf: () => undefined,
    placed: () => undefined,
    containerOf: ({ path }: Cgroup) => /^\/pod\/[a-z]+/.exec(path)?.[0],
    isShellScript: () => false,
  };
  const attribution = new Attribution(lookup, true);
  attribution.seed(100, [100], CONTAINERD, 0);
  attribution.seed(200, [200], POD, 0);
  const events: { path: string; event: Attributed; presumed: boolean }[] = [];
  for (const [i, step] of steps.entries()) {
    if (step[0] === 'fork') attribution.newTask(i + 1, step[1], step[2], step[3] ?? 0);
    else if (step[0] === 'attach') attribution.attach(step[1], step[2]);
    else if (step[0] === 'exit') attribution.exit(step[1]);
    else {
      const event: Attributed = { cgroup: undefined };
      const presumed = attribution.exec(i + 1, step[1], step[1], step[2], event) === 'presumed';
      events.push({ path: step[2], event, presumed });
    }
  }
  attribution.settle();
  return events;
}

/** As `/dev/fd/6 → host` */
const placesOf = (steps: readonly Step[], placed?: Cgroup) =>
  replay(steps, placed).map(
    ({ path, event: { cgroup } }) => `${path} → ${cgroup === CONTAINERD ? 'host' : cgroup?.path}`,
  );

/** Puts the attach record at each place where the race between the runtime and its child can have it. */
function raced(
  before: readonly Step[],
  race: readonly Step[],
  after: readonly Step[],
  pid: number,
): Step[][] {
  return Array.from({ length: race.length + 1 }, (_, i) => [
    ...before,
    ...race.slice(0, i),
    ['attach', pid, POD] as const,
    ...race.slice(i),
    ...after,
  ]);
}

/** What runc makes of its child: two more, of which the last becomes the container's program. */
const STAGES: readonly Step[] = [
  ['fork', 302, 303],
  ['fork', 303, 304],
  ['exit', 303],
  ['exit', 302],
];

describe('what container runtimes execute on their way into a container, as recorded of them', () => {
  const shim: readonly Step[] = [
    ['fork', 100, 301, VFORK],
    ['exec', 301, '/usr/sbin/runc'],
    ['fork', 301, 302, VFORK],
  ];

  for (const [name, race] of [
    [
      'runc 1.0 and 1.1',
      [
        ['exec', 302, '/proc/self/exe'],
        ['exec', 302, '/dev/fd/6'],
      ],
    ],
    ['runc 1.2 and later', [['exec', 302, '/proc/self/fd/7']]],
    ['runc that was sealed before it began', [['exec', 302, '/proc/self/exe']]],
  ] as const satisfies readonly (readonly [string, readonly Step[]])[]) {
    it(`${name}: whenever it is moved, it counts as the host's, and the program as the container's`, () => {
      for (const steps of raced(shim, race, [...STAGES, ['exec', 304, '/bin/app']], 302)) {
        const own = race.map(([, , path]) => `${path} → host`);
        expect(placesOf(steps)).to.deep.equal(['/usr/sbin/runc → host', ...own, '/bin/app → /pod/a']);
      }
    });

    it(`${name}: when clone3 places the child, known later`, () => {
      const [first, second, third] = shim;
      if (first === undefined || second === undefined || third === undefined) throw new Error('no steps');
      const steps: Step[] = [
        first,
        second,
        ['fork', 301, 302, INTO_CGROUP],
        ...race,
        ['exec', 302, '/bin/app'],
      ];
      const own = race.map(([, , path]) => `${path} → host`);
      expect(placesOf(steps, POD)).to.deep.equal(['/usr/sbin/runc → host', ...own, '/bin/app → /pod/a']);
    });
  }

  it('runc-dmz, the small program that runs the container’s', () => {
    const race: readonly Step[] = [['exec', 302, '/proc/self/fd/7']];
    const after: readonly Step[] = [...STAGES, ['exec', 304, '/dev/fd/8'], ['exec', 304, '/bin/app']];
    for (const steps of raced(shim, race, after, 302)) {
      expect(placesOf(steps).slice(1)).to.deep.equal([
        '/proc/self/fd/7 → host',
        '/dev/fd/8 → host',
        '/bin/app → /pod/a',
      ]);
    }
  });

  it('crun seals itself outside, and its child executes the program', () => {
    const steps: Step[] = [
      ['fork', 100, 301],
      ['exec', 301, '/usr/bin/crun'],
      ['exec', 301, '/dev/fd/5'],
      ['fork', 301, 302],
      ['attach', 302, POD],
      ['exec', 302, '/bin/app'],
    ];
    expect(placesOf(steps)).to.deep.equal(['/usr/bin/crun → host', '/dev/fd/5 → host', '/bin/app → /pod/a']);
  });

  it('a program that the container starts from memory is its own, also its first', () => {
    for (const path of ['/dev/fd/3', '/proc/self/fd/3', '/proc/304/fd/3', '/memfd:x']) {
      const program: Step[] = [
        ['exec', 304, '/bin/app'],
        ['exec', 304, path],
        ['fork', 304, 305],
        ['exec', 305, path],
      ];
      const race: readonly Step[] = [['exec', 302, '/proc/self/fd/7']];
      for (const steps of raced(shim, race, [...STAGES, ...program], 302)) {
        expect(placesOf(steps).slice(3)).to.deep.equal([`${path} → /pod/a`, `${path} → /pod/a`]);
      }
    }
    const first = ['exec', 304, '/proc/1/fd/3'] as const;
    expect(
      placesOf([...shim, ['attach', 302, POD], ['exec', 302, '/dev/fd/6'], ...STAGES, first]).at(-1),
    ).to.equal('/proc/1/fd/3 → /pod/a');
  });

  it('is presumed of a child that executes a descriptor at once, and known of one that was its maker’s program before', () => {
    const presumed = (race: readonly Step[]) =>
      replay([...shim, ['attach', 302, POD], ...race])
        .map((one) => one.presumed)
        .slice(1);
    expect(presumed([['exec', 302, '/proc/self/fd/7']])).to.deep.equal([true]);
    expect(
      presumed([
        ['exec', 302, '/proc/self/exe'],
        ['exec', 302, '/dev/fd/6'],
      ]),
    ).to.deep.equal([false, false]);
    const [{ event } = { event: undefined }] = replay([
      ...shim,
      ['attach', 302, POD],
      ['exec', 302, '/dev/fd/6'],
    ]).slice(1);
    expect([event?.cgroup, event?.entering]).to.deep.equal([CONTAINERD, POD]);
    expect(event?.parent?.path, 'a copy goes by the name of what it is a copy of').to.equal('/usr/sbin/runc');
  });

  it('nothing that a container does takes its programs for a runtime’s', () => {
    const pid = fc.integer({ min: 200, max: 206 });
    const path = fc.constantFrom(
      '/proc/self/exe',
      '/proc/self/fd/3',
      '/dev/fd/3',
      '/proc/1/fd/3',
      '/bin/sh',
      'x',
    );
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.tuple(
        fc.constant('fork' as const),
        pid,
        fc.integer({ min: 201, max: 206 }),
        fc.constantFrom(0, VFORK, INTO_CGROUP),
      ),
      fc.tuple(fc.constant('exec' as const), pid, path),
      fc.tuple(fc.constant('attach' as const), pid, fc.constantFrom(POD, NESTED)),
      fc.tuple(fc.constant('exit' as const), fc.integer({ min: 201, max: 206 })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const made = new Set([200]);
        const possible = steps.filter((one) => {
          if (one[0] === 'fork' && (!made.has(one[1]) || made.has(one[2]))) return false;
          if (one[0] === 'fork') made.add(one[2]);
          else if (!made.has(one[1])) return false;
          if (one[0] === 'exit') made.delete(one[1]);
          return true;
        });
        for (const { event } of replay(possible, NESTED)) {
          expect(event.entering).to.equal(undefined);
          // Placed by CLONE_INTO_CGROUP and moved before anybody could look: where it was is not known.
          expect(event.cgroup).to.be.oneOf([POD, NESTED, undefined]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('one container’s processes in another are no runtime’s either', () => {
    const steps: Step[] = [
      ['fork', 200, 201],
      ['attach', 201, OTHER],
      ['exec', 201, '/bin/sh'],
      ['exec', 201, '/dev/fd/3'],
    ];
    expect(placesOf(steps)).to.deep.equal(['/bin/sh → /pod/b', '/dev/fd/3 → /pod/b']);
  });
});

describe('the agent’s own programs', () => {
  it('are told by their descent, however deep, and nobody else’s are', () => {
    const nobody = {
      of: () => undefined,
      leaderOf: () => undefined,
      placed: () => undefined,
      containerOf: () => undefined,
      isShellScript: () => false,
    };
    const attribution = new Attribution({ ...nobody, agent: 100 }, true);
    attribution.seed(100, [100, 101], CONTAINERD, 0);
    attribution.seed(200, [200], POD, 0);
    attribution.newTask(1, 101, 301, VFORK);
    attribution.newTask(2, 301, 302, 0);
    attribution.newTask(3, 200, 303, 0);
    const taken = (pid: number) => attribution.exec(9, pid, pid, '/bin/sh', { cgroup: undefined });
    expect([301, 302, 303, 200].map(taken)).to.deep.equal(['agent', 'agent', undefined, undefined]);
    attribution.exit(302);
    attribution.newTask(4, 200, 302, 0);
    expect(taken(302), 'a number that is used anew').to.equal(undefined);
  });
});

describe('a runtime’s copy of itself', () => {
  it('is told by its name from what else runs from a descriptor', () => {
    for (const [executable, maker] of [
      ['/memfd:runc_cloned:/proc/self/exe (deleted)', '/usr/sbin/runc'],
      ['/memfd:crun_cloned:/proc/self/exe (deleted)', '/usr/bin/crun'],
      ['/runc', '/usr/bin/runc'],
      ['/usr/local/sbin/runc', '/usr/local/sbin/runc'],
    ] as const) {
      expect(isOwnCopy(executable, maker), executable).to.equal(true);
    }
    for (const executable of [
      '/memfd:hidden (deleted)',
      '/tmp/x',
      '/memfd:runc (deleted)',
      '/usr/bin/perl',
    ]) {
      expect(isOwnCopy(executable, '/usr/sbin/runc'), executable).to.equal(false);
    }
  });

  it('no stage leads back from a program', () => {
    for (const path of ['/proc/self/exe', '/dev/fd/3', '/proc/self/fd/3', '/bin/sh'])
      expect(stageAfter('program', path)).to.equal('program');
    expect(stageAfter('sealed', '/dev/fd/3')).to.equal('program');
  });
});
