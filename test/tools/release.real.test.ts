import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { settle } from '../../tools/image/settle.ts';
import { lockedPackages } from '../support/lock-file.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PROGRAM = join(ROOT, 'dist', 'tools', 'release', 'main.js');
const FILES = ['SHA256SUMS', 'image-files.sha256', 'sbom.cdx.json', 'sbom.spdx.json'];

describe('npm run release', () => {
  const newFolder = temporaryFolder();

  /** By a shell, so that the rights of new files are another user's choice. */
  function release(folder: string, umask: string, env: NodeJS.ProcessEnv = {}) {
    const script = `umask ${umask} && exec "${process.execPath}" "${PROGRAM}" "${folder}"`;
    const environment = { ...process.env, SOURCE_DATE_EPOCH: '1790000000', ...env };
    return spawnSync('sh', ['-c', script], { cwd: ROOT, encoding: 'utf8', env: environment });
  }

  it('twice, with other rights, time zone and language, it is the same bytes', () => {
    const first = join(newFolder(), 'first');
    const second = join(newFolder(), 'second');
    expect(release(first, '022')).to.include({ status: 0, stderr: '' });
    expect(release(second, '077', { TZ: 'Asia/Tokyo', LC_ALL: 'C' })).to.include({ status: 0, stderr: '' });
    const names = readdirSync(first).sort();
    expect(names.filter((name) => !/^kubevigil-\d+\.\d+\.\d+\.tgz$/.test(name))).to.deep.equal(FILES);
    expect(readdirSync(second).sort()).to.deep.equal(names);
    for (const name of names)
      expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name))), name).to.equal(true);

    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: first });
    const layer = readFileSync(join(first, 'image-files.sha256'), 'utf8');
    for (const file of ['app/dist/exporter/main.js', 'app/sbom.cdx.json', 'app/sbom.spdx.json'])
      expect(layer).to.match(new RegExp(`^[0-9a-f]{64}  ${file}$`, 'm'));

    // What is in the image is what the SBOM says, and nothing else.
    const inLayer = [...layer.matchAll(/ {2}app\/(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/gm)];
    const locked = [...lockedPackages()].filter(([, { dev }]) => dev !== true).map(([path]) => path);
    expect(inLayer.map(([, path]) => path)).to.have.members(locked);

    // What is in the package is what its sources compile to, and nothing else.
    const compiled = newFolder();
    execFileSync(
      process.execPath,
      [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json', '--outDir', compiled],
      { cwd: ROOT },
    );
    const unpacked = newFolder();
    const archive = join(first, names.find((name) => name.endsWith('.tgz')) ?? '');
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    const shipped = readdirSync(join(unpacked, 'package', 'dist'), { recursive: true, encoding: 'utf8' });
    const programs = shipped.filter((name) => name.endsWith('.js'));
    expect(programs.length).to.be.greaterThan(100);
    for (const name of programs)
      expect(readFileSync(join(unpacked, 'package', 'dist', name), 'utf8'), name).to.equal(
        readFileSync(join(compiled, name), 'utf8'),
      );

    const again = release(first, '022');
    expect(again).to.include({ status: 2 });
    expect(again.stderr).to.match(/^release: \S+ is not empty: name another folder\n$/);
  });

  it('a layer has one time, and rights that nobody chose', () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'a'), { mode: 0o700 });
    writeFileSync(join(folder, 'a', 'data'), '', { mode: 0o600 });
    writeFileSync(join(folder, 'a', 'program'), '', { mode: 0o700 });
    settle(folder);
    const found = ['.', 'a', 'a/data', 'a/program'].map((name) => lstatSync(join(folder, name)));
    expect(found.map(({ mode }) => (mode & 0o777).toString(8))).to.deep.equal(['755', '755', '644', '755']);
    expect(new Set(found.map(({ mtimeMs }) => mtimeMs)).size).to.equal(1);
  });
});
