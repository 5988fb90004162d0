import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../../../support/paths.ts';
import { skip } from '../../../support/skip.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const JOURNALD = '/lib/systemd/systemd-journald';
const MAIN = join(ROOT, 'dist', 'test', 'support', 'follow-journal-main.js');

/** Folders of its own, a journald that writes to them, and the follower beside it. */
const SCRIPT = `
  set -e
  mount -t tmpfs none /run
  mount -t tmpfs none /var/log
  mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log
  printf '[Journal]\\nCompress=no\\nRateLimitIntervalSec=0\\nReadKMsg=no\\nAudit=no\\n' > /run/systemd/journald.conf.d/test.conf
  ${JOURNALD} 2>/dev/null &
  trap "kill $!" EXIT
  while ! [ -S /run/systemd/journal/socket ] || ! ls /run/log/journal/*/system.journal >/dev/null 2>&1; do sleep 0.05; done
  "$NODE" "$MAIN" "$D"
`;

describe('logs: a journald', () => {
  const folder = temporaryFolder();

  for (const [form, env] of Object.entries({
    'as it comes': {},
    'in the older form': { SYSTEMD_JOURNAL_COMPACT: '0', SYSTEMD_JOURNAL_KEYED_HASH: '0' },
  })) {
    it(`is followed through rotation and a flush to the disk, each entry once: ${form}`, function () {
      if (!existsSync(JOURNALD)) skip(this, 'no systemd-journald');
      if (!existsSync('/etc/machine-id')) skip(this, 'this machine has no id');
      if (spawnSync('unshare', ['--mount', 'true']).status !== 0) skip(this, 'no mount namespace can be had');
      const { stdout, stderr, status } = spawnSync('unshare', ['--mount', 'sh', '-c', SCRIPT], {
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
        env: { ...process.env, ...env, NODE: process.execPath, MAIN, D: folder() },
      });
      expect(status, stderr).to.equal(0);
      const { found, expected, errors } = JSON.parse(stdout) as Record<string, string[]>;
      expect(expected).to.have.length.above(200);
      expect(found?.toSorted()).to.deep.equal(expected?.toSorted());
      expect(errors).to.deep.equal([]);
    });
  }
});
