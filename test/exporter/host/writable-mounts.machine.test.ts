import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { writableMounts } from '../../../exporter/host/writable-mounts.ts';
import { parseMountinfo } from '../../../exporter/parsers/mountinfo.ts';
import { startExporter } from '../../support/exporter.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const GIVEN = { rootfs: '/host', sysfs: '/host/sys', tracefs: undefined };

/** A container as the DaemonSet makes it, with what is mounted below /sys of the second mount as `access` says. */
const container = (access: 'ro' | 'rw') => [
  '1 0 0:50 / / rw - overlay overlay rw',
  '2 1 0:51 / /proc rw - proc proc rw',
  '3 1 0:52 / /sys ro - sysfs sysfs ro',
  '4 1 8:1 / /host ro - ext4 /dev/sda1 rw',
  '5 4 0:20 / /host/sys rw - sysfs sysfs rw',
  '6 5 0:12 / /host/sys/kernel/tracing rw - tracefs tracefs rw',
  '7 4 8:2 / /host/var rw - xfs /dev/sda2 rw',
  '8 4 7:0 / /host/snap rw - squashfs /dev/loop0 ro',
  '9 5 0:20 / /host/sys ro - sysfs sysfs rw',
  `10 9 0:12 / /host/sys/kernel/tracing ${access} - tracefs tracefs rw`,
  `11 9 0:25 / /host/sys/fs/cgroup ${access} - cgroup2 cgroup rw`,
  '12 10 0:12 /instances /host/sys/kernel/tracing/instances rw - tracefs tracefs rw',
];

const found = (lines: readonly string[], given: Parameters<typeof writableMounts>[1] = GIVEN) =>
  writableMounts(parseMountinfo(lines.join('\n'), new Unread('proc/self/mountinfo')), given)?.map(
    ({ kind, mountpoint }) => `${kind} ${mountpoint}`,
  );

describe('what of the host the agent could write to', () => {
  const TRACING = 'tracefs /host/sys/kernel/tracing';
  const cases: Record<string, [lines: string[], expected: string[] | undefined, given?: typeof GIVEN]> = {
    'below a mount that is read-only as a whole: nothing': [container('ro'), ['rootfs /host/var']],
    'below one that is not: what is mounted there': [
      container('rw'),
      ['rootfs /host/var', TRACING, 'sysfs /host/sys/fs/cgroup'],
    ],
    'the root itself': [['1 0 8:1 / /host rw - ext4 a rw'], ['rootfs /host']],
    'a name that only begins alike is another place': [
      ['1 0 8:1 / /host ro - ext4 a rw', '2 0 8:2 / /hosts rw - ext4 b rw'],
      [],
    ],
    'a tracefs elsewhere came with the root': [
      ['1 0 8:1 / /host ro - ext4 a rw', '2 1 0:12 / /host/t rw - tracefs t rw'],
      ['rootfs /host/t'],
    ],
    'a folder of instances that is another filesystem is no exception': [
      ['1 0 8:1 / /host ro - ext4 a rw', '2 1 8:2 /instances /host/i rw - ext4 b rw'],
      ['rootfs /host/i'],
    ],
    'on the host itself nothing is promised': [
      container('rw'),
      undefined,
      { ...GIVEN, rootfs: '/', sysfs: '/sys' },
    ],
    'nor in a folder where nothing is mounted': [container('rw'), undefined, { ...GIVEN, rootfs: '/srv' }],
  };
  for (const [name, [lines, expected, given]] of Object.entries(cases)) {
    it(name, () => expect(found(lines, given)).to.deep.equal(expected));
  }

  it('a tracefs that was named, and one at a sysfs outside of the root', () => {
    const lines = [
      '1 0 8:1 / /host ro - ext4 a rw',
      '2 0 0:20 / /s rw - sysfs a rw',
      '3 0 0:12 / /t rw - tracefs a rw',
    ];
    const given = { rootfs: '/host', sysfs: '/s', tracefs: '/t' };
    expect(found(lines, given)).to.deep.equal(['sysfs /s', 'tracefs /t']);
  });
});

/** The host's mounts, in a namespace of the agent's own, as a runtime makes them that knows recursive mounts or does not. */
describe('an exporter in a mount namespace of its own', () => {
  const at = temporaryPaths();

  const HOST = `set -e
mkdir -p $D/src $D/host
mount -t tmpfs src $D/src
mkdir -p $D/src/var $D/src/sys
mount -t tmpfs var $D/src/var
mount -t tmpfs sys $D/src/sys
mkdir -p $D/src/sys/fs/cgroup $D/src/sys/kernel/tracing
mount -t tmpfs cgroup $D/src/sys/fs/cgroup
mount -t tracefs tracefs $D/src/sys/kernel/tracing
mount --rbind $D/src $D/host
mount -o remount,bind,ro $D/host
mount --rbind $D/src/sys $D/host/sys
mount -o remount,bind,ro $D/host/sys
mount --bind $D/src/sys/kernel/tracing/instances $D/host/sys/kernel/tracing/instances`;
  const READ_ONLY_BELOW = `
mount -o remount,bind,ro $D/host/sys/fs/cgroup
mount -o remount,bind,ro $D/host/sys/kernel/tracing`;
  const OF_HOST = (mount: string) => (mount === '' ? '/host' : `/host/${mount}`);
  /** Each mount into which a folder can be made; tracefs lets nobody make one, so that a file gets the text that it has. */
  const TRY = `
for m in '' sys sys/fs/cgroup var; do
  if mkdir $D/host/$m/made 2>/dev/null; then rmdir $D/host/$m/made; echo "writable:$m:" >&2; fi
done
cd $D/host/sys/kernel/tracing
if (cat tracing_on >tracing_on) 2>/dev/null; then echo "writable:sys/kernel/tracing:" >&2; fi`;

  before(function () {
    const { status, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', 'mount -t tracefs none /mnt && test -d /mnt/instances'],
      { encoding: 'utf8' },
    );
    if (status !== 0) skip(this, `no mount namespace with a tracefs can be had: ${stderr}`);
  });

  /** What the exporter told, and what could in fact be written to. */
  async function look(script: string) {
    const rootfs = at('host');
    const off = EXTRACTORS.map(({ name }) => `--no-extractor.${name}`);
    const exporter = await startExporter(
      [`--path.rootfs=${rootfs}/`, `--path.sysfs=${rootfs}/sys`, '--kubernetes=off', ...off],
      { wrap: ['unshare', '--mount', 'sh', '-c', `${script}\nexec "$@"`, 'sh'], env: { D: at() } },
    );
    try {
      const page = await (await fetch(`http://${exporter.address}/metrics`)).text();
      const counts = [...page.matchAll(/^kubevigil_writable_mounts\{kind="(.*)"\} (\d+)$/gm)];
      return {
        counts: Object.fromEntries(counts.map(([, kind = '', count]) => [kind, Number(count)])),
        warning: /could write to mounts .*? mounts="?(.*?)"?\n/
          .exec(exporter.log())?.[1]
          ?.replaceAll(at(), ''),
        writable: [...exporter.log().matchAll(/^writable:(.*):$/gm)].map(([, mount = '']) => OF_HOST(mount)),
      };
    } finally {
      await exporter.stop();
    }
  }

  it('tells by log and metric what the runtime left writable, and that is what can be written to', async () => {
    const { counts, warning, writable } = await look(HOST + TRY);
    expect(writable).to.have.members(['/host/var', '/host/sys/fs/cgroup', '/host/sys/kernel/tracing']);
    expect(counts).to.deep.equal({ rootfs: 1, sysfs: 1, tracefs: 1 });
    expect(warning?.split(' ')).to.have.members(['/host/sys/fs/cgroup', '/host/sys/kernel/tracing']);
  });

  it('has nothing to warn of where all of sysfs is read-only, and counts what is mounted below the root', async () => {
    const { counts, warning, writable } = await look(HOST + READ_ONLY_BELOW + TRY);
    expect(writable).to.deep.equal(['/host/var']);
    expect(counts).to.deep.equal({ rootfs: 1, sysfs: 0, tracefs: 0 });
    expect(warning).to.equal(undefined);
  });

  it('says nothing where the root filesystem is a folder like any other', async () => {
    expect(await look('mkdir -p $D/host/sys')).to.deep.equal({
      counts: {},
      warning: undefined,
      writable: [],
    });
  });
});
