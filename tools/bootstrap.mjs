/**
 * Makes a bare clone runnable: installs the dependencies of the lock file when they are not there or are older
 * than it, compiles, and removes what was compiled of sources that are gone. Plain JavaScript, because nothing is
 * installed yet when it runs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
const stamp = join(root, 'node_modules', '.kubevigil-installed-lock.json');

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    process.stderr.write(`bootstrap: \`${[command, ...args].join(' ')}\` failed; see its output above\n`);
    process.exit(1);
  }
}

/** Whether npm has installed what the lock file has, by its own account: `npm ci` alone leaves no stamp of ours. */
function isInstalled() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const { packages: wanted } = JSON.parse(lock);
  const { packages: found } = JSON.parse(readFileSync(hidden, 'utf8'));
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const there = found[path];
    if (path === '' || (there === undefined && optional === true)) return true; // of another platform
    return there?.version === version && there.integrity === integrity && existsSync(join(root, path));
  });
}

if (!(existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) && !isInstalled()) {
  process.stderr.write('bootstrap: installing the dependencies of package-lock.json\n');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']);

// Mocha would run the tests that were moved or deleted.
const dist = join(root, 'dist');
for (const name of readdirSync(dist, { recursive: true })) {
  const source = join(root, name.replace(/\.js(\.map)?$/, '.ts'));
  if (/\.js(\.map)?$/.test(name) && !existsSync(source)) rmSync(join(dist, name));
}
