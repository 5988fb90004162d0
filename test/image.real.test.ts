import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { isForDevelopers } from '../tools/image/files.ts';
import { ROOT } from './support/paths.ts';
import { skip } from './support/skip.ts';
import { temporaryFolder } from './support/temporary.ts';

/** Of the layer with the programs and their dependencies, 14 MB of which run models; beside it an image has Node and its distribution. */
const MOST_BYTES = 72_000_000;
/** Not in a package, and not in an image: tests, caches, secrets, what only a developer has. */
const UNWANTED =
  /(^|\/)(test|tests|fixtures|golden|coverage|demo-output|tools|\.git|\.cache|\.ci)(\/|$)|(^|\/)\.(env|npmrc|netrc)|\.(pem|key|crt|p12|tgz|log|tsbuildinfo|map)$|(^|\/)(id_rsa|kubeconfig|credentials|token)$/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !lstatSync(join(folder, name)).isDirectory(),
  );
}

function programs(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { bin: Record<string, string> }).bin;
}

it('what developers read is told from what runs', () => {
  const names = [
    'a.map',
    'a.d.ts',
    'README.md',
    'a.cts',
    '.eslintrc',
    'x/a.bare',
    'onnxruntime-web/dist/ort.webgpu.mjs',
  ];
  expect(names.filter((name) => !isForDevelopers(name))).to.deep.equal([]);
  const needed = [
    'a.js',
    'a.cjs',
    'package.json',
    'LICENSE',
    'LICENSE.md',
    'NOTICE.md',
    'x/a.wasm',
    'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
    'a.node',
  ];
  expect(needed.filter(isForDevelopers)).to.deep.equal([]);
});

describe('what is shipped', () => {
  const newFolder = temporaryFolder();

  it('the package has no tests, caches or secrets, and every program', () => {
    const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files = [] } = {}] = JSON.parse(said) as { files: { path: string }[] }[];
    const paths = files.map(({ path }) => path);
    expect(paths.filter((path) => UNWANTED.test(path))).to.deep.equal([]);
    expect(paths).to.include.members([
      ...Object.values(programs()),
      'exporter/rules/default.yaml',
      'LICENSE',
    ]);
    const folders = new Set(
      paths.filter((path) => path.startsWith('dist/')).map((path) => path.split('/')[1]),
    );
    expect([...folders]).not.to.include.members(['test', 'tools']);
  });

  it('the image has the same and its dependencies, within its budget, and the programs start', () => {
    const folder = newFolder();
    execFileSync(process.execPath, [join(ROOT, 'dist', 'tools', 'image', 'main.js'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const files = filesBelow(folder);
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
    const bytes = files.reduce((sum, path) => sum + lstatSync(join(folder, path)).size, 0);
    expect(bytes).to.be.lessThan(MOST_BYTES);
    for (const [name, path] of Object.entries(programs())) {
      expect(readlinkSync(join(folder, 'usr/local/bin', name))).to.equal(`/app/${path}`);
      expect(statSync(join(folder, 'app', path)).mode & 0o111, name).to.equal(0o111);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(folder, 'app', path), '--version'],
        {
          encoding: 'utf8',
        },
      );
      expect({ status, stderr }, name).to.deep.equal({ status: 0, stderr: '' });
      expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    }
  });

  it('no dependency has a known weakness that is high', function () {
    const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: ROOT, encoding: 'utf8' });
    const said = JSON.parse(stdout || '{}') as {
      message?: string;
      metadata?: { vulnerabilities: { high: number; critical: number } };
    };
    if (said.metadata === undefined) skip(this, `the registry does not say: ${said.message}`);
    expect(said.metadata.vulnerabilities).to.include({ high: 0, critical: 0 });
  });

  it('the Dockerfile takes what the manifests run, and both images by argument', () => {
    const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const from = [...text.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)].map(([, image]) => image);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker's own
    expect(from).to.deep.equal(['${NODE_IMAGE}', '${NODE_IMAGE}', '${BASE_IMAGE}']);
    expect(text).not.to.match(/:latest/);
    expect(text).to.match(/^USER 65532:65532$/m);
    expect(text).to.match(/^CMD \["kubevigil-exporter"\]$/m);
  });

  it('what the build reads is listed, and everything that a build needs is in the list', () => {
    const kept: readonly string[] = readFileSync(join(ROOT, '.dockerignore'), 'utf8').match(/^!.*$/gm) ?? [];
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    for (const file of files.filter((name) => !/^!|^dist\//.test(name))) {
      expect(
        [`!${file.split('/')[0]}`, `!${file}`].some((line) => kept.includes(line)),
        file,
      ).to.equal(true);
    }
    expect(kept.map((line) => line.slice(1)).filter((name) => UNWANTED.test(name))).to.deep.equal([
      '.npmrc',
      'tools',
      'test/exporter/evasion/table',
    ]);
  });
});
