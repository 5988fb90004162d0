import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { settle } from '../../tools/image/settle.ts';
import { lockedPackages } from '../support/lock-file.ts';
import { ROOT } from '../support/paths.ts';
import { filesBelow, programs, UNWANTED } from '../support/shipped.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PROGRAM = join(ROOT, 'dist', 'tools', 'release', 'main.js');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const FILES = ['SHA256SUMS', 'image-files.sha256', 'sbom.cdx.json', 'sbom.spdx.json'];

/** Of the layer with the programs and their dependencies, 14 MB of which run models; beside it an image has Node and its distribution. */
const MOST_BYTES = 72_000_000;

describe('npm run release', () => {
  const newFolder = temporaryFolder();
  let first: string;
  /** What the image has: to install its dependencies takes longest, so that all tests look at one. */
  let layer: string;

  /** By a shell, so that the rights of new files are another user's choice. */
  function release(folder: string, umask: string, env: NodeJS.ProcessEnv = {}, more = '') {
    const script = `umask ${umask} && exec "${process.execPath}" "${PROGRAM}" "${folder}" ${more}`;
    const environment = { ...process.env, SOURCE_DATE_EPOCH: '1790000000', ...env };
    return spawnSync('sh', ['-c', script], { cwd: ROOT, encoding: 'utf8', env: environment });
  }

  before(() => {
    const folder = newFolder();
    [first, layer] = [join(folder, 'first'), join(folder, 'layer')];
    expect(release(first, '022', {}, `--layer "${layer}"`)).to.include({ status: 0, stderr: '' });
  });

  it('twice, with other rights, time zone and language, it is the same bytes', () => {
    const second = join(newFolder(), 'second');
    expect(release(second, '077', { TZ: 'Asia/Tokyo', LC_ALL: 'C' })).to.include({ status: 0, stderr: '' });
    const names = readdirSync(first).sort();
    expect(names.filter((name) => !/^kubevigil-\d+\.\d+\.\d+\.tgz$/.test(name))).to.deep.equal(FILES);
    expect(readdirSync(second).sort()).to.deep.equal(names);
    for (const name of names)
      expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name))), name).to.equal(true);

    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: first });
    const sums = readFileSync(join(first, 'image-files.sha256'), 'utf8');
    for (const file of ['app/dist/exporter/main.js', 'app/sbom.cdx.json', 'app/sbom.spdx.json'])
      expect(sums).to.match(new RegExp(`^[0-9a-f]{64}  ${file}$`, 'm'));

    // What is in the image is what the SBOM says, and nothing else.
    const inLayer = [...sums.matchAll(/ {2}app\/(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/gm)];
    const locked = [...lockedPackages()].filter(([, { dev }]) => dev !== true).map(([path]) => path);
    expect(inLayer.map(([, path]) => path)).to.have.members(locked);

    // What is in the package is what its sources compile to, and nothing else.
    const compiled = newFolder();
    execFileSync(
      process.execPath,
      // The build that these tests come from has checked the types.
      [TSC, '-p', 'tsconfig.json', '--noCheck', '--incremental', 'false', '--outDir', compiled],
      { cwd: ROOT },
    );
    const unpacked = newFolder();
    const archive = join(first, names.find((name) => name.endsWith('.tgz')) ?? '');
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    const shipped = readdirSync(join(unpacked, 'package', 'dist'), { recursive: true, encoding: 'utf8' });
    const scripts = shipped.filter((name) => name.endsWith('.js'));
    expect(scripts.length).to.be.greaterThan(100);
    for (const name of scripts)
      expect(readFileSync(join(unpacked, 'package', 'dist', name), 'utf8'), name).to.equal(
        readFileSync(join(compiled, name), 'utf8'),
      );

    const again = release(first, '022');
    expect(again).to.include({ status: 2 });
    expect(again.stderr).to.match(/^release: \S+ is not empty: name another folder\n$/);
  });

  it("keeps the image's files where it is asked to, in a folder of their own", () => {
    execFileSync('sha256sum', ['--check', '--quiet', join(first, 'image-files.sha256')], { cwd: layer });
    const another = join(newFolder(), 'another');
    const refused = release(another, '022', {}, `--layer "${layer}"`);
    expect(refused).to.include({ status: 2 });
    expect(refused.stderr).to.match(/^release: \S+ is not empty: name another folder\n$/);
  });

  it('the image has the same and its dependencies, within its budget, and the programs start', () => {
    const files = filesBelow(layer);
    const own = files.filter((path) => !path.includes('node_modules/'));
    expect(own.filter((path) => UNWANTED.test(path))).to.deep.equal([]);
    const { devDependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    for (const name of ['typescript', 'mocha', '@biomejs/biome', '@duckdb/node-api']) {
      expect(devDependencies).to.have.property(name);
      expect(
        files.filter((path) => path.startsWith(`app/node_modules/${name}/`)),
        name,
      ).to.deep.equal([]);
    }
    // Code for one architecture would not run on the other.
    expect(files.filter((path) => /\.(node|so|bare)$/.test(path))).to.deep.equal([]);
    const bytes = files.reduce((sum, path) => sum + lstatSync(join(layer, path)).size, 0);
    expect(bytes).to.be.lessThan(MOST_BYTES);
    for (const [name, path] of Object.entries(programs())) {
      expect(readlinkSync(join(layer, 'usr/local/bin', name))).to.equal(`/app/${path}`);
      expect(statSync(join(layer, 'app', path)).mode & 0o111, name).to.equal(0o111);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(layer, 'app', path), '--version'],
        {
          encoding: 'utf8',
        },
      );
      expect({ status, stderr }, name).to.deep.equal({ status: 0, stderr: '' });
      expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    }
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
