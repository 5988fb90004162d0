import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { RulesError } from '../../../exporter/rules/errors.ts';
import { readRules } from '../../../exporter/rules/read-rules.ts';
import { temporaryPaths } from '../../support/temporary.ts';

async function refusal(file: string): Promise<string> {
  try {
    await readRules(file);
  } catch (error) {
    if (error instanceof RulesError) return `${error.code} ${error.message.replace(file, 'F')}`;
    throw error;
  }
  return 'accepted';
}

describe('rules: reading the file', () => {
  const at = temporaryPaths();

  it('refuses 10 MB with one line', async () => {
    writeFileSync(at('r'), '');
    truncateSync(at('r'), 10_000_000);
    expect(await refusal(at('r'))).to.equal('unreadable F:1: is larger than 131072 bytes');
  });

  it('refuses a FIFO without waiting for its writer', async () => {
    execFileSync('mkfifo', [at('r')]);
    expect(await refusal(at('r'))).to.equal('unreadable F:1: is not a file');
  });

  it('refuses a folder, an endless device, nothing, and what is not UTF-8', async () => {
    mkdirSync(at('d'));
    expect(await refusal(at('d'))).to.equal('unreadable F:1: is not a file');
    expect(await refusal('/dev/zero')).to.equal('unreadable F:1: is not a file');
    expect(await refusal(at('none'))).to.match(/^unreadable F:1: ENOENT/);
    writeFileSync(at('r'), Buffer.from([0x72, 0xff, 0xfe]));
    expect(await refusal(at('r'))).to.match(/^unreadable F:1: .*(valid|encoded)/);
  });
});
