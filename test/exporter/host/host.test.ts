import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { deviceText } from '../../../exporter/base/device-number.ts';
import { openHost } from '../../../exporter/host/host.ts';
import { readOsRelease } from '../../../exporter/program/node-info.ts';
import { fixturePaths } from '../../support/fixture-host.ts';
import { temporaryFolder } from '../../support/temporary.ts';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe('openHost', () => {
  const folder = temporaryFolder();

  it('tells what is absent from what is something else', () => {
    const host = openHost(fixturePaths());
    expect(codeOf(() => host.read('proc/nowhere'))).to.equal('absent');
    expect(codeOf(() => host.read('proc/stat/below'))).to.equal('absent');
    expect(codeOf(() => host.read('proc/pressure'))).to.equal('failed');
  });

  it('reads a file once, so that all see one moment', () => {
    const procfs = folder();
    writeFileSync(join(procfs, 'x'), 'first');
    const paths = { procfs, sysfs: procfs, rootfs: procfs };
    const host = openHost(paths);
    expect(host.read('proc/x')).to.equal('first');
    writeFileSync(join(procfs, 'x'), 'second');
    expect(host.read('proc/x')).to.equal('first');
    expect(openHost(paths).read('proc/x')).to.equal('second');
  });

  it('reads links without following them', () => {
    const host = openHost(fixturePaths());
    expect(host.exists('sys/class/net/ens5/device')).to.equal(true);
    expect(host.readlink('sys/class/net/ens5/device')).to.equal('../../../0000:00:05.0');
    expect(host.readlink('sys/class/net/ens5/master')).to.equal(undefined);
    expect(host.exists('sys/class/net/ens5/master')).to.equal(false);
  });

  it('asks the filesystem below the root', async () => {
    const rootfs = folder();
    const host = openHost({ procfs: rootfs, sysfs: rootfs, rootfs });
    const device = deviceText(statSync(rootfs, { bigint: true }).dev);
    expect((await host.statfs('/', device)).blocks).to.be.greaterThan(0);
    expect(host.statfsDirect('/', device).blocks).to.be.greaterThan(0);
    const failure = await host.statfs('/not-there', device).catch((error) => error);
    expect(failure).to.include({ code: 'absent', path: '/not-there' });
  });

  it("finds the host's os-release behind an absolute link", () => {
    const rootfs = folder();
    const host = openHost({ procfs: rootfs, sysfs: rootfs, rootfs });
    expect(readOsRelease(host)).to.deep.equal({ id: '', version: '' });
    writeFileSync(join(rootfs, 'real'), 'ID=nixos\n');
    mkdirSync(join(rootfs, 'etc'));
    symlinkSync('/real', join(rootfs, 'etc', 'os-release'));
    expect(readOsRelease(openHost({ procfs: rootfs, sysfs: rootfs, rootfs })).id).to.equal('nixos');
  });

  it("finds the host's os-release through chains of links, and never the agent's own", () => {
    const rootfs = folder();
    const look = () => readOsRelease(openHost({ procfs: rootfs, sysfs: rootfs, rootfs })).id;
    for (const name of ['etc', 'usr/lib', 'nix/x/etc', 'nix/y'])
      mkdirSync(join(rootfs, name), { recursive: true });
    writeFileSync(join(rootfs, 'nix/y/os-release'), 'ID=nixos\n');
    symlinkSync('/nix/x/etc', join(rootfs, 'etc/static'));
    symlinkSync('../../../../../../nix/y/os-release', join(rootfs, 'nix/x/etc/os-release'));
    symlinkSync('/etc/static/os-release', join(rootfs, 'etc/os-release'));
    expect(look()).to.equal('nixos');
    rmSync(join(rootfs, 'etc/os-release'));
    symlinkSync('/etc/passwd', join(rootfs, 'etc/os-release'));
    expect(look()).to.equal('');
    writeFileSync(join(rootfs, 'usr/lib/os-release'), 'ID=other\n');
    expect(look()).to.equal('other');
  });
});
