import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { assert, date, property, shuffledSubarray } from 'fast-check';
import { cycloneDx, refusedLicences, spdx } from '../../tools/sbom/documents.ts';
import { mayShip } from '../../tools/sbom/licences.ts';
import type { CycloneDx, Spdx } from '../../tools/sbom/npm.ts';
import { startCommand } from '../manifests/support/arguments.ts';
import { type Locked, lockedPackages } from '../support/lock-file.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

const hexOf = (integrity = '') => Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');

function production(): Map<string, Locked> {
  const locked = [...lockedPackages().values()].filter(({ dev }) => dev !== true);
  return new Map(locked.map((one) => [`${one.name}@${one.version}`, one]));
}

/** The entry of axios in the lock file, up to its licence. */
const AXIOS = /("node_modules\/axios": \{[^{}]*)"license": "MIT"/;

describe('npm run sbom', () => {
  const newFolder = temporaryFolder();
  let text: Record<'cdx' | 'spdx', string>;
  let cdx: CycloneDx;

  async function sbom(root: string, env: NodeJS.ProcessEnv = {}) {
    const folder = newFolder();
    const program = join(ROOT, 'dist', 'tools', 'sbom', 'main.js');
    const command = { file: process.execPath, args: [program, `--root=${root}`, folder] };
    const { code, output } = await startCommand(command, { SOURCE_DATE_EPOCH: '', ...env }).ended;
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { code, output, read };
  }

  /** The two files that decide, in a folder of another name. */
  function elsewhere(edit = (lock: string) => lock): string {
    const root = join(newFolder(), 'another-name');
    mkdirSync(root);
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    writeFileSync(
      join(root, 'package-lock.json'),
      edit(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')),
    );
    return root;
  }

  before(async () => {
    const { code, output, read } = await sbom(ROOT);
    expect(code, output).to.equal(0);
    text = { cdx: read('sbom.cdx.json'), spdx: read('sbom.spdx.json') };
    cdx = JSON.parse(text.cdx) as CycloneDx;
  });

  it('has every dependency that is shipped and no other, with its version, licence and bytes', () => {
    const locked = production();
    expect(cdx.components.map((one) => one['bom-ref'])).to.have.members([...locked.keys()]);
    const packages = new Map(
      (JSON.parse(text.spdx) as { packages: Record<string, unknown>[] }).packages.map((one) => [
        `${one['name']}@${one['versionInfo']}`,
        one,
      ]),
    );
    expect([...packages.keys()]).to.have.members([
      ...locked.keys(),
      `kubevigil@${cdx.metadata.component.version}`,
    ]);
    for (const { 'bom-ref': ref, name, version, licenses, hashes } of cdx.components) {
      const one = locked.get(ref);
      expect({ name, version }).to.deep.equal({ name: one?.name, version: one?.version });
      expect(licenses, ref).to.deep.equal([{ license: { id: one?.license } }]);
      expect(hashes, ref).to.deep.equal([{ alg: 'SHA-512', content: hexOf(one?.integrity) }]);
      expect(packages.get(ref), ref).to.deep.include({
        licenseDeclared: one?.license,
        checksums: [{ algorithm: 'SHA512', checksumValue: hexOf(one?.integrity) }],
      });
    }
    expect(cdx.metadata.component).to.include({ name: 'kubevigil', type: 'application' });
  });

  it('the licences are those that the packages themselves name', () => {
    for (const [path, { dev, license }] of lockedPackages()) {
      if (dev === true) continue;
      const own = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as { license?: unknown };
      expect(own.license, path).to.equal(license);
    }
  });

  it('is the same from another folder, and names the time that it is told, and no server', async () => {
    const there = await sbom(elsewhere());
    expect(there.read('sbom.cdx.json')).to.equal(text.cdx);
    expect(there.read('sbom.spdx.json')).to.equal(text.spdx);
    const timed = await sbom(ROOT, { SOURCE_DATE_EPOCH: '1790000000' });
    expect(JSON.parse(timed.read('sbom.cdx.json'))).to.have.nested.property(
      'metadata.timestamp',
      '2026-09-21T14:13:20.000Z',
    );
    const created = JSON.parse(timed.read('sbom.spdx.json')).creationInfo.created;
    expect(created).to.equal('2026-09-21T14:13:20Z');
    const registry = execFileSync('npm', ['config', 'get', 'registry'], { cwd: ROOT, encoding: 'utf8' });
    for (const document of Object.values(text)) {
      expect(document).not.to.contain(new URL(registry.trim()).host);
      const hosts = new Set([...document.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host));
      expect([...hosts].filter((host) => !['cyclonedx.org', 'spdx.org'].includes(host ?? ''))).to.deep.equal(
        [],
      );
    }
    const wrong = await sbom(ROOT, { SOURCE_DATE_EPOCH: 'today' });
    expect(wrong).to.include({ code: 1, output: 'sbom: SOURCE_DATE_EPOCH=today is no number of seconds\n' });
  });

  it('fails when a dependency has a licence of which we ship no code, or none', async () => {
    const { code, output } = await sbom(
      elsewhere((lock) => lock.replace(AXIOS, '$1"license": "GPL-3.0-only"')),
    );
    expect(output).to.match(
      /^sbom: licences that tools\/sbom\/licences.ts does not have: axios@\S+ \(GPL-3\.0-only\)\n$/,
    );
    expect(code).to.equal(1);
    const [first] = cdx.components;
    const { licenses: _, ...bare } = first ?? cdx.metadata.component;
    expect(refusedLicences({ ...cdx, components: [bare] })).to.deep.equal([
      `${bare['bom-ref']} (none is named)`,
    ]);
    expect(refusedLicences(cdx)).to.deep.equal([]);
    const expressions: Record<string, boolean> = {
      MIT: true,
      '(MIT OR GPL-3.0-only)': true,
      'GPL-2.0-only OR GPL-3.0-only': false,
      '(MIT AND Apache-2.0)': true,
      'MIT AND GPL-3.0-only': false,
      '(MIT OR Apache-2.0) AND GPL-3.0-only': false,
      'SEE LICENSE IN LICENSE': false,
      '': false,
      mit: false,
    };
    for (const [expression, wanted] of Object.entries(expressions))
      expect(mayShip(expression), expression).to.equal(wanted);
  });

  it('neither order nor time nor place decides', () => {
    const said = JSON.parse(text.spdx) as Spdx;
    const wanted = { cdx: cycloneDx(cdx, 'kubevigil', undefined), spdx: spdx(said, undefined) };
    const inAnyOrder = <T>(all: readonly T[]) =>
      shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });
    const mirror = [{ type: 'distribution', url: 'https://mirror.example/x.tgz' }];
    const dates = date({ noInvalidDate: true });
    assert(
      property(
        inAnyOrder(cdx.components),
        inAnyOrder(cdx.dependencies),
        dates,
        (components, dependencies, now) => {
          const { component } = cdx.metadata;
          const other: CycloneDx = {
            ...cdx,
            ...{ dependencies, serialNumber: `urn:uuid:${now.getTime()}` },
            metadata: {
              ...cdx.metadata,
              timestamp: String(now),
              component: { ...component, name: 'folder' },
            },
            components: components.map((one) => ({ ...one, externalReferences: mirror })),
          };
          expect(cycloneDx(other, 'kubevigil', undefined)).to.deep.equal(wanted.cdx);
        },
      ),
      { numRuns: 20 },
    );
    assert(
      property(inAnyOrder(said.packages), inAnyOrder(said.relationships), (packages, relationships) => {
        const other = {
          ...said,
          ...{
            relationships,
            documentNamespace: 'another',
            creationInfo: { ...said.creationInfo, created: 'now' },
          },
          packages: packages.map((one) => ({ ...one, downloadLocation: 'https://mirror.example/x.tgz' })),
        };
        expect(spdx(other, undefined)).to.deep.equal(wanted.spdx);
      }),
      { numRuns: 20 },
    );
  });
});
