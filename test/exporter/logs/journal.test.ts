import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { identifierOf, Journal } from '../../../exporter/logs/journal.ts';
import { temporaryPaths } from '../../support/temporary.ts';

/** Stands in for journalctl, whose daemon does not run where the tests do; its output has the short form. */
const STAND_IN = `#!/bin/sh
echo "$@" > "$(dirname "$0")/arguments"
echo 'Nov 23 14:00:00 node sshd[7]: Failed password for root from ::1 port 1 ssh2'
echo '    a second line of that message'
while :; do sleep 0.05; done
`;

describe('logs: the journal', () => {
  const at = temporaryPaths();
  const path = process.env['PATH'];
  let journal: Journal;
  let lines: string[];
  beforeEach(() => {
    lines = [];
    journal = new Journal(at('root'), (line) => lines.push(line));
    mkdirSync(at('bin'));
  });
  afterEach(() => {
    journal.close();
    process.env['PATH'] = path;
  });
  const attempt = (...identifiers: string[]) => {
    try {
      journal.follow(identifiers);
      return 'follows';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await sleep(5);
  };

  it('is not there where the host has none', () => {
    mkdirSync(at('root/var/log/journal'), { recursive: true });
    expect(attempt('sshd')).to.equal('journal: no folder of it on this host');
    expect(attempt()).to.equal('follows');
    expect(journal.isOpen).to.equal(false);
  });

  it('is not there without journalctl', async () => {
    mkdirSync(at('root/var/log/journal/machine'), { recursive: true });
    process.env['PATH'] = at('bin');
    await until(() => attempt('sshd') === 'journalctl: ENOENT');
  });

  it('is followed for the identifiers that rules name, and the child ends with it', async () => {
    mkdirSync(at('root/var/log/journal/machine'), { recursive: true });
    writeFileSync(at('bin/journalctl'), STAND_IN);
    chmodSync(at('bin/journalctl'), 0o755);
    process.env['PATH'] = `${at('bin')}:${path}`;
    expect(attempt('sudo', 'sshd')).to.equal('follows');
    await until(() => lines.length === 2);
    expect(readFileSync(at('bin/arguments'), 'utf8')).to.equal(
      `--follow --lines=0 --quiet --output=short --directory=${at('root')}/var/log/journal --identifier=sshd --identifier=sudo\n`,
    );
    expect(lines.map(identifierOf)).to.deep.equal(['sshd', undefined]);
    expect(journal.isOpen).to.equal(false);
    await until(() => journal.isOpen);
    attempt();
    expect(journal.isOpen).to.equal(false);
  });

  it('says when journalctl ended, and does not start it again at once', async () => {
    mkdirSync(at('root/var/log/journal/machine'), { recursive: true });
    writeFileSync(at('bin/journalctl'), '#!/bin/sh\nexit 3\n');
    chmodSync(at('bin/journalctl'), 0o755);
    process.env['PATH'] = `${at('bin')}:${path}`;
    expect(attempt('sshd')).to.equal('follows');
    await until(() => attempt('sshd') === 'journalctl: ended with 3');
    expect(attempt('sshd')).to.equal('journalctl: ended with 3');
    expect(journal.isOpen).to.equal(false);
  });

  for (const [complaint, code] of [
    ['No journal files were found.', 'absent'],
    ['No journal files were opened due to insufficient permissions.', 'unreadable'],
    ['Failed to open directory', 'failed'],
  ] as const) {
    it(`is ${code} when journalctl ends with "${complaint}"`, async () => {
      mkdirSync(at('root/var/log/journal/machine'), { recursive: true });
      writeFileSync(at('bin/journalctl'), `#!/bin/sh\necho '${complaint}' >&2\nexit 1\n`);
      chmodSync(at('bin/journalctl'), 0o755);
      process.env['PATH'] = `${at('bin')}:${path}`;
      const codeNow = () => {
        try {
          journal.follow(['sshd']);
          return undefined;
        } catch (error) {
          return (error as { code?: string }).code;
        }
      };
      await until(() => codeNow() !== undefined);
      expect(codeNow()).to.equal(code);
    });
  }
});
