import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { files } from '../../../exporter/extractors/files.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { services } from '../../support/services.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe('extractor files', () => {
  const at = temporaryPaths();

  it('has every file rule from 0 and counts a change of the default set once', async () => {
    mkdirSync(at('etc', 'cron.d'), { recursive: true });
    writeFileSync(at('etc', 'passwd'), 'root:x:0:0::/root:/bin/sh\n');
    const paths = { procfs: '/proc', sysfs: '/sys', rootfs: `${at()}/` };
    const state = await files.open?.(await services({ paths }));
    const series = async () => seriesLines((await extractOnce(files, memoryHost({}), state)).samples);
    const zero = await series();
    expect(zero).to.include('kubevigil_file_changes_total{rule="account_file_changed"} 0');
    expect(zero.every((line) => line.endsWith(' 0'))).to.equal(true);
    appendFileSync(at('etc', 'passwd'), 'eve:x:0:0::/:/bin/sh\n');
    writeFileSync(at('etc', 'cron.d', 'job'), '* * * * * root true\n');
    const after = await series();
    expect(after.filter((line) => !line.endsWith(' 0'))).to.deep.equal([
      'kubevigil_file_changes_total{rule="account_file_changed"} 1',
      'kubevigil_file_changes_total{rule="cron_file_changed"} 1',
    ]);
    expect(await series()).to.deep.equal(after);
  });
});
