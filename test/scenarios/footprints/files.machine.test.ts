import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { containerEscapeAttempt } from '../../../scenarios/attacks/container-escape-attempt.ts';
import { secretAccess } from '../../../scenarios/attacks/secret-access.ts';
import { CANARIES } from '../../../scenarios/scenario/canaries.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { skip } from '../../support/skip.ts';
import { fileOf, linkOf, needs, programs, whileOn } from '../support/footprint.ts';
import { LoneScenario } from '../support/lone-scenario.ts';

/** Runs what follows it with canaries of its own, which nobody else sees. */
const OWN_CANARIES = [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
  `mount -t tmpfs tmpfs /var/lib && mkdir -p ${CANARIES} && exec "$0" "$@"`,
];

describe('footprints of files', () => {
  let scenario: LoneScenario | undefined;

  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can mount a folder for canaries');
  });
  afterEach(async () => {
    scenario?.kill();
    await waitFor('the scenario to end', () => scenario === undefined || scenario.processes().length === 0);
    scenario = undefined;
  });

  /** Starts a scenario, and waits until it has a canary file: its path, seen from here. */
  function canaryOf(name: string): Promise<string> {
    scenario = new LoneScenario(
      name,
      { durationMs: 3_600_000, intensity: 0.1, folder: tmpdir() },
      OWN_CANARIES,
    );
    return waitFor('a canary', () => {
      const pid = scenario?.pidOf(`workers/${name.replace('_', '-')}.js`);
      const folder = `/proc/${pid}/root${CANARIES}`;
      if (pid === undefined || !existsSync(folder)) return undefined;
      const [first] = readdirSync(folder);
      return first !== undefined && join(folder, first);
    });
  }

  const versionOf = (path: string) => {
    const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
    return { size, mtimeNs, ctimeNs, ino };
  };

  it('dirty_pipe is a list of accounts with another content, and the size and times that it had', async () => {
    const path = await canaryOf('dirty_pipe');
    const versions = new Map<string, object>();
    await waitFor('both contents', () => {
      const before = versionOf(path);
      const text = readFileSync(path, 'utf8');
      if (before.ctimeNs === versionOf(path).ctimeNs) versions.set(text, before);
      return versions.size === 2 && [...versions.keys()].every((each) => /^root:[xy]:0:0:/.test(each));
    });
    const [one, other] = [...versions.values()];
    expect(one).to.deep.equal(other);
  });

  it('runc_overwrite is a program that is another one, in the same file', async () => {
    const path = await canaryOf('runc_overwrite');
    const before = await waitFor('the program to be written to', () => {
      const version = versionOf(path);
      return version.size > statSync('/bin/cat').size ? { version, bytes: readFileSync(path) } : undefined;
    });
    await waitFor('it to be written to again', () => !readFileSync(path).equals(before.bytes));
    expect(versionOf(path).ino).to.equal(before.version.ino);
  });

  it('container_escape_attempt is a release agent that is a plain file, in a mount that nobody else has', async function () {
    await needs(this, containerEscapeAttempt);
    const mounts = fileOf(process.pid, 'mountinfo');
    const found = await whileOn(containerEscapeAttempt, () => {
      const [pid] = programs(/sh$/).filter((each) => fileOf(each, 'root/mnt/cgrp/release_agent') !== '');
      if (pid === undefined) return undefined;
      return {
        isFile: statSync(`/proc/${pid}/root/mnt/cgrp/release_agent`).isFile(),
        apart: ['ns/mnt', 'ns/net'].map((name) => linkOf(pid, name) !== linkOf(process.pid, name)),
      };
    });
    expect(found).to.deep.equal({ isFile: true, apart: [true, true] });
    expect(fileOf(process.pid, 'mountinfo')).to.equal(mounts);
    expect(existsSync('/mnt/cgrp')).to.equal(false);
  });

  it('secret_access is shells that search the scenario’s own folder', async () => {
    const found = await whileOn(secretAccess, (folder) => {
      const [name = ''] = readdirSync(folder);
      const [shell] = programs(/sh$/).filter((pid) => fileOf(pid, 'cmdline').includes(join(folder, name)));
      return shell !== undefined && readdirSync(join(folder, name)).length > 0 && name;
    });
    expect(found).to.match(/^kubevigil-scenario-secret_access-/);
  });
});
