import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MEASURE, shortName, type Tier, tierOf } from '../tools/run-tests/tiers.ts';
import { ROOT } from './support/paths.ts';

/** With these a test makes or looks at what the whole machine shares: cgroups, network namespaces, mounts, the kernel's trace. */
const MACHINE_SUPPORT = [
  'test/exporter/trace/support/kernel.ts',
  'test/scenarios/support/node.ts',
  'test/support/dead-mount.ts',
  'test/support/fuse-mount.ts',
  'test/support/oci-containers.ts',
  'test/support/pod.ts',
  'tools/programs/tracefs.ts',
];
const MACHINE_PROGRAMS = /'(unshare|nsenter|mount|umount|mkfs\.\w+)'/;
/** With these a test talks to programs or over sockets. */
const REAL_MODULES = ['child_process', 'http', 'http2', 'https', 'net', 'tls', 'worker_threads'].map(
  (name) => `node:${name}`,
);
const IMPORTS = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm;

function importsOf(module: string): string[] {
  return [...readFileSync(join(ROOT, module), 'utf8').matchAll(IMPORTS)].map(([, named, dynamic]) => {
    const path = named ?? dynamic ?? '';
    return path.startsWith('.') ? join(module, '..', path) : path;
  });
}

/** All that a test file imports, through the support of tests and not through what is tested. */
function reachOf(file: string): Set<string> {
  const seen = new Set<string>([file]);
  for (const module of seen) {
    if (!/^(test|tools\/programs)\/.*\.ts$/.test(module) || !existsSync(join(ROOT, module))) continue;
    for (const path of importsOf(module)) seen.add(path);
  }
  return seen;
}

function wantedTier(file: string): Tier {
  const reach = reachOf(file);
  const machine =
    shortName(file) in MEASURE ||
    MACHINE_SUPPORT.some((module) => reach.has(module)) ||
    MACHINE_PROGRAMS.test(readFileSync(join(ROOT, file), 'utf8'));
  if (machine) return 'machine';
  return REAL_MODULES.some((module) => reach.has(module)) ? 'real' : 'pure';
}

describe('tiers of tests', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name));

  it('are told by what a test uses', () => {
    const wrong = files
      .filter((file) => tierOf(file) !== wantedTier(file))
      .map((file) => `${file} is ${wantedTier(file)}`);
    expect(wrong).to.deep.equal([]);
  });

  it('have as much time as .mocharc.json gives, or more: a slow machine is no failure', () => {
    const { timeout } = JSON.parse(readFileSync(join(ROOT, '.mocharc.json'), 'utf8')) as { timeout: number };
    const shorter = files.flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\bthis\.timeout\(\s*([\d_]+)/g)]
        .filter(([, ms = '']) => Number(ms.replaceAll('_', '')) < timeout)
        .map(([call]) => `${file}: ${call}`),
    );
    expect(shorter).to.deep.equal([]);
  });

  it('have support and exceptions that are there', () => {
    const measuring = Object.keys(MEASURE).map((name) => `test/${name}.test.ts`);
    for (const path of [...MACHINE_SUPPORT, ...measuring])
      expect(existsSync(join(ROOT, path)), path).to.equal(true);
  });
});
