import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { unpackDebianPackages } from '../../tools/programs/debian.ts';
import { program } from '../../tools/programs/find.ts';

describe('finding programs', () => {
  let folder: string;
  let path: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
    path = process.env['PATH'];
  });
  afterEach(() => {
    if (path === undefined) delete process.env['PATH'];
    else process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  it('takes the one on PATH as it is', async () => {
    const own = join(folder, 'promtool');
    writeFileSync(own, '#!/bin/sh\n');
    chmodSync(own, 0o755);
    process.env['PATH'] = folder;
    expect(await program('promtool')).to.equal(own);
  });

  it('passes over a file that cannot be run', async () => {
    writeFileSync(join(folder, 'promtool'), 'not a program');
    process.env['PATH'] = `${folder}:${path}`;
    expect(await program('promtool')).not.to.equal(join(folder, 'promtool'));
  });

  it('says what is missing when there is no apt-get, and leaves nothing', async () => {
    process.env['PATH'] = folder;
    const outcome = await unpackDebianPackages(['prometheus'], join(folder, 'cache', 'prometheus')).catch(
      String,
    );
    expect(outcome).to.equal('Error: there is no apt-get here');
  });
});
