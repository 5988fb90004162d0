import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { assert, constantFrom, property, string } from 'fast-check';
import { parse } from 'yaml';
import { readLock } from '../../tools/images/checkout.ts';
import { imagesIn, parseLock, pinned, withDigests } from '../../tools/images/lock.ts';
import { parseReference } from '../../tools/images/reference.ts';
import { startCommand } from '../manifests/support/arguments.ts';
import { needsKubectl, OVERLAYS, render } from '../manifests/support/overlays.ts';
import { containersOf } from '../manifests/support/policy.ts';
import { digestOf, ImageRegistry, imageIndex } from '../support/image-registry.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

const BOTH = ['linux/amd64', 'linux/arm64'];
const DIGEST = digestOf('');

describe('images by digest', () => {
  it('names are understood as Docker does', () => {
    const names: Record<string, string | undefined> = {
      'node:22-bookworm-slim': 'https://registry-1.docker.io library/node 22-bookworm-slim',
      'docker.io/library/node:22': 'https://registry-1.docker.io library/node 22',
      'prom/prometheus:v3': 'https://registry-1.docker.io prom/prometheus v3',
      'quay.io/prometheus/prometheus:v3.5.0': 'https://quay.io prometheus/prometheus v3.5.0',
      'registry.example:5000/a/b/c:1': 'https://registry.example:5000 a/b/c 1',
      '127.0.0.1:5000/kubevigil:0.1.0': 'http://127.0.0.1:5000 kubevigil 0.1.0',
      'localhost:5000/kubevigil:0.1.0': 'http://localhost:5000 kubevigil 0.1.0',
      '127.0.0.1.example/kubevigil:1': 'https://127.0.0.1.example kubevigil 1',
      node: undefined,
      'node:': undefined,
      'Node:22': undefined,
      'node@sha256:00': undefined,
      'node:22 ': undefined,
      'https://quay.io/a:1': undefined,
      'quay.io/a:1?x=': undefined,
      'quay.io/../a:1': undefined,
      'quay.io/a/../b:1': undefined,
    };
    for (const [name, wanted] of Object.entries(names)) {
      if (wanted === undefined) expect(() => parseReference(name), name).to.throw('is no image with a tag');
      else expect(Object.values(parseReference(name)).join(' '), name).to.equal(wanted);
    }
  });

  it('what is known is written where images are named, and nothing else is changed', () => {
    const lock = new Map([
      ['node:22', DIGEST],
      ['debian:12', null],
    ]);
    const text = `# node:22 is used\nARG A=node:22\nFROM debian:12\n  - image: node:22@${digestOf('old')}\n  image: kubevigil:1\n`;
    const wanted = text.replace('A=node:22', `A=node:22@${DIGEST}`).replace(digestOf('old'), DIGEST);
    expect(pinned(text, lock)).to.equal(wanted);
    expect(pinned(wanted, lock)).to.equal(wanted);
    expect(imagesIn(wanted)).to.deep.equal(['node:22', 'debian:12', 'node:22']);
    expect(() => pinned('FROM alpine:3\n', lock)).to.throw('does not have alpine:3: add it');
    const line = constantFrom(
      'ARG A=node:22',
      '  image: node:22',
      '# node:22',
      'image: kubevigil:1',
      'FROM x',
    );
    assert(
      property(string(), line, (before, named) => {
        const once = pinned(`${before.replaceAll(/[@:]/g, '')}\n${named}`, new Map([...lock, ['x', null]]));
        expect(pinned(once, new Map([...lock, ['x', null]]))).to.equal(once);
      }),
    );
  });

  it('the file of digests keeps its comments, and is refused where it is none', () => {
    const text = '# Why.\nnode:22: null\ndebian:12: null\n';
    expect(withDigests(text, new Map([['node:22', DIGEST]]))).to.equal(
      `# Why.\nnode:22: ${DIGEST}\ndebian:12: null\n`,
    );
    expect(() => parseLock('node:22: sha256:12\n')).to.throw(/images\.yaml: node:22: is no digest/);
  });

  describe('of this repository', () => {
    before(needsKubectl);

    it('every image of others is in the file, and the manifests run it by what is known', async () => {
      const lock = readLock(ROOT);
      const docker = imagesIn(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
      expect(docker).to.have.length(2);
      const rendered = (await Promise.all(OVERLAYS.map((overlay) => render(overlay)))).flat();
      const run = containersOf(rendered).map(({ container }) => container.image ?? '');
      const others = new Set(run.filter((image) => !image.startsWith('kubevigil:')));
      expect([...others].map((image) => image.replace(/@.*/, '')).concat(docker)).to.have.members([
        ...lock.keys(),
      ]);
      for (const image of others) {
        const [name = '', digest = null] = image.split('@');
        expect(digest).to.equal(lock.get(name));
      }
    });
  });

  describe('by asking a registry', () => {
    const newFolder = temporaryFolder();
    let registry: ImageRegistry;
    let root: string;

    beforeEach(async () => {
      registry = new ImageRegistry();
      await registry.start();
      root = newFolder();
      mkdirSync(join(root, 'manifests', 'base'), { recursive: true });
      const image = (name: string) => `${registry.address}/${name}`;
      writeFileSync(join(root, 'Dockerfile'), `ARG NODE_IMAGE=${image('library/node:22')}\n`);
      writeFileSync(join(root, 'manifests', 'base', 'pod.yaml'), `  - image: ${image('prometheus:v3')}\n`);
      const lock = `# Why.\n${image('library/node:22')}: null\n${image('prometheus:v3')}: null\n`;
      writeFileSync(join(root, 'manifests', 'images.yaml'), lock);
      registry.images.set('library/node:22', imageIndex([...BOTH, 'linux/s390x']));
      registry.images.set('prometheus:v3', imageIndex(BOTH, 'p'));
    });
    afterEach(() => registry.stop());

    const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
    async function images(...args: string[]) {
      const program = join(ROOT, 'dist', 'tools', 'images', 'main.js');
      const { code, output } = await startCommand({ file: process.execPath, args: [program, ...args] }).ended;
      return { code, output };
    }

    it('tags become digests in the file, the Dockerfile and the manifests', async () => {
      const unknown = await images('check', `--root=${root}`);
      expect(unknown.output).to.match(/^images: no digest is known of 127.*images:pin asks for them\n$/);
      expect(unknown.code).to.equal(0);
      expect(await images('check', '--strict', `--root=${root}`)).to.include({ code: 1 });

      expect(await images('pin', `--root=${root}`)).to.include({ code: 0 });
      const node = digestOf(registry.images.get('library/node:22')?.body ?? '');
      const prometheus = digestOf(registry.images.get('prometheus:v3')?.body ?? '');
      expect(read('Dockerfile')).to.equal(`ARG NODE_IMAGE=${registry.address}/library/node:22@${node}\n`);
      expect(read('manifests/base/pod.yaml')).to.equal(
        `  - image: ${registry.address}/prometheus:v3@${prometheus}\n`,
      );
      expect(read('manifests/images.yaml'))
        .to.match(/^# Why\.\n/)
        .and.contain(`node:22: ${node}\n`);
      expect(await images('check', '--strict', `--root=${root}`)).to.deep.equal({ code: 0, output: '' });

      registry.images.set('library/node:22', imageIndex(BOTH, 'newer'));
      const again = await images('pin', `--root=${root}`);
      expect(again.output).to.match(
        new RegExp(`node:22 sha256:\\w+ instead of ${node}\n.*prometheus.* as before\n$`),
      );
      expect(read('Dockerfile')).to.contain(digestOf(registry.images.get('library/node:22')?.body ?? ''));
    });

    it('one that cannot be had leaves the others pinned, and itself as it was', async () => {
      registry.images.delete('prometheus:v3');
      const { code, output } = await images('pin', `--root=${root}`);
      expect(code).to.equal(1);
      expect(output).to.match(/\nimages: not pinned: [\w.:]+\/prometheus:v3: [\w.:]+ answered 404\n$/);
      expect(read('Dockerfile')).to.match(/node:22@sha256/);
      expect(read('manifests/base/pod.yaml')).to.match(/prometheus:v3\n$/);
    });

    const body = JSON.stringify({ schemaVersion: 2 });
    const manifest = { body, type: 'application/vnd.oci.image.manifest.v1+json' };
    const refusals: Record<string, [RegExp, () => void]> = {
      'an architecture is missing': [
        /is not for linux\/arm64/,
        () => registry.images.set('library/node:22', imageIndex(['linux/amd64'])),
      ],
      'the image is for one architecture': [
        /is not for linux\/amd64 and linux\/arm64/,
        () => registry.images.set('library/node:22', manifest),
      ],
      'it is no image': [
        /answered text\/html, which is no image/,
        () => registry.images.set('library/node:22', { body: '<html>', type: 'text/html' }),
      ],
      'another digest is said than that of what came': [
        /says sha256:\w+ and sends sha256:\w+/,
        () => {
          registry.override = ({ headers }, response) => {
            if (headers.authorization === undefined) return false;
            response
              .setHeader('Content-Type', imageIndex(BOTH).type)
              .setHeader('Docker-Content-Digest', DIGEST);
            response.end(imageIndex(BOTH).body);
            return true;
          };
        },
      ],
      'it sends for a token in the clear': [
        /sends for a token in the clear, to registry\.example/,
        () => {
          registry.realm = 'http://registry.example/token';
        },
      ],
      'it wants a password': [
        /wants more than a token for everybody/,
        () => {
          registry.override = (_, response) => {
            response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
            return true;
          };
        },
      ],
      'it sends without end': [
        /maxContentLength/,
        () => {
          registry.override = (_, response) => {
            const more = () => {
              while (!response.destroyed && response.write('x'.repeat(65_536)));
            };
            response.on('drain', more);
            more();
            return true;
          };
        },
      ],
    };
    for (const [what, [message, prepare]] of Object.entries(refusals)) {
      it(`nothing is written when ${what}`, async () => {
        prepare();
        const { code, output } = await images('pin', `--root=${root}`);
        expect(code).to.equal(1);
        const [line = ''] = output.split('\n').filter((each) => each.startsWith('images: '));
        expect(line).to.match(message);
        expect(read('Dockerfile')).to.match(/node:22\n$/);
      });
    }

    it('it says what an overlay needs to run an image and no other', async () => {
      registry.images.set('kubevigil:0.1.0', manifest);
      const { output } = await images('digest', `${registry.address}/kubevigil:0.1.0`);
      const newName = `${registry.address}/kubevigil`;
      expect(parse(output)).to.deep.equal({
        images: [{ name: 'kubevigil', newName, digest: digestOf(body) }],
      });
      const wrong = await images('digest', 'kubevigil');
      expect(wrong).to.deep.equal({
        code: 2,
        output: 'images: kubevigil is no image with a tag, such as node:22-bookworm-slim\n',
      });
    });
  });
});
