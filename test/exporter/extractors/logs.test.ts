import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { logs } from '../../../exporter/extractors/logs.ts';

import { extractOnce, seriesLines } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { services } from '../../support/services.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const LINE = 'Nov 23 14:00:00 node sshd[7]: Failed password for root from 10.0.0.9 port 4242 ssh2\n';

describe('extractor logs', () => {
  const at = temporaryPaths();

  it('counts failed logins of the default rules, and not the successful one beside them', async () => {
    mkdirSync(at('var', 'log'), { recursive: true });
    writeFileSync(at('var', 'log', 'auth.log'), LINE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const paths = { procfs: '/proc', sysfs: '/sys', rootfs: at() };
    const state = await logs.open?.(await services({ paths }));
    expect(state).not.to.equal(undefined);
    if (state === undefined) return;
    const series = async () => seriesLines((await extractOnce(logs, memoryHost({}), state)).samples);
    const host = ',namespace="",pod="",container=""}';
    expect(await series()).to.deep.equal([
      `kubevigil_suspicious_log_lines_total{rule="ssh_login_failed",category="auth"${host} 0`,
      `kubevigil_suspicious_log_lines_total{rule="local_login_failed",category="auth"${host} 0`,
      'kubevigil_log_skipped_bytes_total 0',
    ]);
    appendFileSync(at('var', 'log', 'auth.log'), LINE + LINE.replace('Failed', 'Accepted') + LINE);
    expect(await series()).to.include(
      `kubevigil_suspicious_log_lines_total{rule="ssh_login_failed",category="auth"${host} 2`,
    );
    await logs.close?.(state);
  });
});
