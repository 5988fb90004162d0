import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { isPath, openStorage, PLACE_SHAPES, storageSections } from '../../../dataset/storage/open.ts';
import { ROOT } from '../../support/paths.ts';

/** The packages that a process has loaded once it has opened a place. */
function loadedBy(place: string): string[] {
  const script = `
    import { createRequire } from 'node:module';
    await import('./dist/builder/commands/command.js');
    const { openStorage } = await import('./dist/dataset/storage/open.js');
    await openStorage(${JSON.stringify(place)}, { s3: { endpoint: 'http://127.0.0.1:9', region: 'eu' } });
    process.stdout.write(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`;
  const args = ['--input-type=module', '-e', script];
  return execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
}

describe('dataset/storage/open', () => {
  it('opens a place by what it begins with', async () => {
    expect((await openStorage('a/b')).name).to.equal('a/b');
    expect((await openStorage('s3://bucket/p/', { s3: { region: 'eu' } })).name).to.equal('s3://bucket/p');
    expect(['a', './s3://b', 's3:/b', 's3://b'].map(isPath)).to.deep.equal([true, true, true, false]);
  });

  it('tells what a place may be, and what a configuration may tell of one', () => {
    expect(PLACE_SHAPES).to.equal('a folder, or s3://bucket/prefix');
    expect(Object.keys(storageSections)).to.deep.equal(['s3']);
  });

  it('loads the library for buckets for a bucket alone', () => {
    const isLibrary = (path: string) => path.includes('/@aws-sdk/');
    expect(loadedBy('s3://bucket/p').some(isLibrary)).to.equal(true);
    expect(loadedBy(tmpdir()).filter(isLibrary)).to.deep.equal([]);
  });
});
