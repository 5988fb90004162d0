import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { skip } from '../../../support/skip.ts';

/** What the tests on the real kernel have: tracefs, and a place of their own in the v2 hierarchy. */
export interface Kernel {
  readonly tracefs: string;
  /** A cgroup of the test's own, which it may fill with others. */
  readonly cgroup: string;
  /** The same, from the root of the hierarchy. */
  readonly cgroupPath: string;
  readonly unified: string;
  /** Begins the names of the test's trace instances. */
  readonly prefix: string;
  makeCgroup(name: string): string;
  close(): void;
}

function mounted(type: string): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')).find(([, , found]) => found === type)?.[1];
}

function findTracefs(): { path: string; close: () => void } {
  const path = mounted('tracefs');
  if (path === undefined) return mountTracefs();
  accessSync(join(path, 'instances'), constants.W_OK);
  return { path, close: () => undefined };
}

function mountTracefs(): { path: string; close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-tracefs-'));
  try {
    execFileSync('mount', ['-t', 'tracefs', 'none', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    rmdirSync(folder);
    throw new Error(String((error as { stderr?: Buffer }).stderr ?? error).split('\n')[0]);
  }
  return {
    path: folder,
    close() {
      execFileSync('umount', [folder]);
      rmdirSync(folder);
    },
  };
}

/** @throws when this machine or user cannot have it */
function openKernel(): Kernel {
  const name = `kubevigil-test-${process.pid}-${Date.now().toString(36)}`;
  let undo: () => void = () => undefined;
  try {
    const tracefs = findTracefs();
    undo = tracefs.close;
    const unified = mounted('cgroup2');
    if (unified === undefined) throw new Error('no cgroup2 is mounted');
    const cgroup = join(unified, name);
    mkdirSync(cgroup);
    const made: string[] = [cgroup];
    return {
      tracefs: tracefs.path,
      cgroup,
      cgroupPath: `/${name}`,
      unified,
      prefix: `${name}-`,
      makeCgroup(child) {
        const path = join(cgroup, child);
        mkdirSync(path);
        made.push(path);
        return path;
      },
      close() {
        for (const path of made.reverse()) removeCgroup(path);
        tracefs.close();
      },
    };
  } catch (error) {
    undo();
    throw error;
  }
}

/** Gets all of that for the tests of a `describe`, or skips them with the machine's reason. */
export function useKernel(): () => Kernel {
  let kernel: Kernel | undefined;
  let reason = '';
  before(() => {
    try {
      kernel = openKernel();
    } catch (error) {
      reason = (error as Error).message;
    }
  });
  beforeEach(function () {
    if (kernel === undefined) skip(this, reason);
  });
  after(() => {
    if (kernel === undefined) return;
    const { prefix, tracefs } = kernel;
    const left = readdirSync(join(tracefs, 'instances')).filter((name) => name.startsWith(prefix));
    kernel.close();
    expect(left, 'instances left').to.deep.equal([]);
  });
  return () => {
    if (kernel === undefined) throw new Error('only within a test');
    return kernel;
  };
}

/** A process may be on its way out for a moment yet. */
function removeCgroup(path: string): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempt === 100) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
