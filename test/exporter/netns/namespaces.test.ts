import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { networkNamespaces } from '../../../exporter/netns/namespaces.ts';
import { NodeViews } from '../../../exporter/owners/node-view.ts';
import { fixtureHost, fixturePaths } from '../../support/fixture-host.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const WEB = '8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';

describe('networkNamespaces', () => {
  const path = temporaryPaths();

  function changed(change: (procfs: string) => void) {
    const procfs = path('proc');
    cpSync(fixturePaths().procfs, procfs, { recursive: true, verbatimSymlinks: true });
    change(procfs);
    return networkNamespaces(new NodeViews({ ...fixturePaths(), procfs }).open());
  }

  it('has each namespace once, the host’s first, and whose it is', () => {
    const { list, errors } = networkNamespaces(fixtureHost());
    expect(errors).to.deep.equal([]);
    expect(list.map(({ folder, isHost, place }) => [folder, isHost, place?.podUid])).to.deep.equal([
      ['proc/1/net', true, undefined],
      ['proc/4100/net', false, WEB],
      ['proc/4300/net', false, '0a7cf1d2-7a41-4a6e-8a53-0b7e5b1b9c22'],
    ]);
  });

  it('finds a namespace once in a scrape', () => {
    const host = fixtureHost();
    expect(networkNamespaces(host)).to.equal(networkNamespaces(host));
  });

  it('gives a namespace that a host process entered, or made, to its pod, or to the host', () => {
    const { list } = changed((procfs) => {
      // A network plug-in in a pod's namespace, and a service with one of its own.
      for (const [pid, inode] of [
        ['912', 4026532301],
        ['1503', 4026539999],
      ] as const) {
        rmSync(join(procfs, pid, 'ns', 'net'));
        symlinkSync(`net:[${inode}]`, join(procfs, pid, 'ns', 'net'));
      }
    });
    const found = new Map(list.map(({ inode, place }) => [inode, place?.podUid]));
    expect(found.get(4026532301)).to.equal(WEB);
    expect(found.has(4026539999)).to.equal(true);
    expect(found.get(4026539999)).to.equal(undefined);
  });

  it('reads through another process when the first one ended meanwhile', () => {
    const procfs = path('proc');
    cpSync(fixturePaths().procfs, procfs, { recursive: true, verbatimSymlinks: true });
    const host = new NodeViews({ ...fixturePaths(), procfs }).open();
    host.processes();
    rmSync(join(procfs, '4100'), { recursive: true });
    expect(networkNamespaces(host).list.map(({ folder }) => folder)).to.include('proc/4200/net');
  });

  it('has the host’s namespace alone where the links may not be seen, and says so', () => {
    const { list, errors } = changed((procfs) => {
      rmSync(join(procfs, '1', 'ns'), { recursive: true });
      writeFileSync(join(procfs, '1', 'ns'), '');
    });
    expect(list.map(({ folder }) => folder)).to.deep.equal(['proc/1/net']);
    expect(errors.map((error) => error.path)).to.include('proc/1/ns/net');
  });
});
