import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { filesystem } from '../../../exporter/extractors/filesystem.ts';
import type { FilesystemUsage } from '../../../exporter/host/host.ts';
import { HangGuard } from '../../../exporter/kernel/hang-guard.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

const USAGE: FilesystemUsage = { blocks: 100, availableBlocks: 40, inodes: 10, freeInodes: 9 };

function mounts(...mountpoints: string[]): string {
  return mountpoints.map((path, i) => `${i} 1 8:${i} / ${path} rw - xfs /dev/sda${i} rw\n`).join('');
}

const never = () => new Promise<FilesystemUsage>(() => {});

describe('filesystem', () => {
  it("reads the agent's own mounts when those of process 1 are not its to see", async () => {
    const files = {
      'proc/1/mountinfo': new SourceError('unreadable', 'proc/1/mountinfo', 'EACCES'),
      'proc/self/mountinfo': mounts('/'),
    };
    const { samples, errors } = await extractOnce(
      filesystem,
      memoryHost({ files, statfsDirect: () => USAGE }),
    );
    expect(seriesLines(samples)).to.deep.equal([
      'kubevigil_filesystem_used_ratio{mountpoint="/",resource="bytes"} 0.6',
      'kubevigil_filesystem_used_ratio{mountpoint="/",resource="inodes"} 0.09999999999999998',
    ]);
    expect(errors).to.deep.equal([]);
  });

  it('has no inode ratio where inodes are not counted, and nothing where blocks are not', async () => {
    const answers: Readonly<Record<string, FilesystemUsage>> = {
      '/a': { ...USAGE, inodes: 0, freeInodes: 0 },
      '/b': { blocks: 0, availableBlocks: 0, inodes: 0, freeInodes: 0 },
    };
    const host = memoryHost({
      files: { 'proc/1/mountinfo': mounts('/a', '/b') },
      statfs: async (mountpoint) => answers[mountpoint] ?? USAGE,
    });
    const { samples } = await extractOnce(filesystem, host);
    expect(samples.map(({ labels }) => labels)).to.deep.equal([{ mountpoint: '/a', resource: 'bytes' }]);
  });

  it('reports the others beside one that it may not see', async () => {
    const host = memoryHost({
      files: { 'proc/1/mountinfo': mounts('/a', '/b') },
      statfs: async (mountpoint) => {
        if (mountpoint === '/a') throw new SourceError('unreadable', '/a', '/a: EACCES');
        return USAGE;
      },
    });
    const { samples, errors } = await extractOnce(filesystem, host);
    expect(new Set(samples.map(({ labels }) => labels['mountpoint']))).to.deep.equal(new Set(['/b']));
    expect(errors.map(({ code }) => code)).to.deep.equal(['unreadable']);
  });

  it('asks a mount that hangs once, and goes on with the others', async () => {
    const asked: string[] = [];
    const host = memoryHost({
      files: { 'proc/1/mountinfo': mounts('/dead', '/b') },
      statfs: (mountpoint) => {
        asked.push(mountpoint);
        return mountpoint === '/dead' ? never() : Promise.resolve(USAGE);
      },
    });
    const guard = new HangGuard(5);
    const first = await extractOnce(filesystem, host, guard);
    const second = await extractOnce(filesystem, host, guard);
    expect(asked).to.deep.equal(['/dead', '/b', '/b']);
    expect(first.errors.map(String)).to.deep.equal(['SourceError: /dead: did not answer within 5 ms']);
    expect(second.errors.map(String)).to.deep.equal(['SourceError: /dead: has not answered yet']);
    expect(second.samples).to.have.length(2);
  });

  it('leaves threads free: with two mounts hanging no third is asked', async () => {
    const asked: string[] = [];
    const host = memoryHost({
      files: { 'proc/1/mountinfo': mounts('/a', '/b', '/c') },
      statfs: (mountpoint) => {
        asked.push(mountpoint);
        return never();
      },
    });
    const { errors } = await extractOnce(filesystem, host, new HangGuard(5));
    expect(asked).to.deep.equal(['/a', '/b']);
    expect(errors.at(-1)?.message).to.equal('/c: not asked while 2 mounts hang');
  });

  it('asks again when a late answer has come', async () => {
    let answer: (usage: FilesystemUsage) => void = () => {};
    const late = new Promise<FilesystemUsage>((resolve) => {
      answer = resolve;
    });
    let calls = 0;
    const host = memoryHost({
      files: { 'proc/1/mountinfo': mounts('/slow') },
      statfs: () => {
        calls += 1;
        return calls === 1 ? late : Promise.resolve(USAGE);
      },
    });
    const guard = new HangGuard(5);
    await extractOnce(filesystem, host, guard);
    answer(USAGE);
    await late;
    const { samples, errors } = await extractOnce(filesystem, host, guard);
    expect([samples.length, errors.length]).to.deep.equal([2, 0]);
  });
});
