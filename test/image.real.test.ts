import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { isForDevelopers } from '../tools/image/files.ts';
import { ROOT } from './support/paths.ts';
import { programs, UNWANTED } from './support/shipped.ts';
import { skip } from './support/skip.ts';

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
