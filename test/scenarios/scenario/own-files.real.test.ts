import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { expect } from 'chai';
import { withOwnFiles } from '../../../scenarios/scenario/own-files.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const HOST = hostname().replace(/[^a-z0-9]+/gi, '_');

describe('files of a scenario', () => {
  const at = temporaryPaths();
  const put = (name: string) => writeFileSync(at(name), '');

  it('are gone when the work is over, also when its worker left them', async () => {
    await withOwnFiles('x', at(), async (beginning) => writeFileSync(`${beginning}1`, ''));
    expect(readdirSync(at())).to.deep.equal([]);
    const failed = await withOwnFiles('x', at(), async (beginning) => {
      writeFileSync(`${beginning}1`, '');
      throw new Error('killed');
    }).catch((error: Error) => error.message);
    expect(failed).to.equal('killed');
    expect(readdirSync(at())).to.deep.equal([]);
  });

  it('of a dead process of this machine are removed by the next of that scenario, and nobody else’s', async () => {
    const other = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const dead = spawn('true', { stdio: 'ignore' });
    await once(dead, 'exit');
    const kept = [
      `kubevigil-scenario-x-${HOST}-${other.pid}-1`,
      `kubevigil-scenario-x-other_host-${dead.pid}-1`,
      `kubevigil-scenario-y-${HOST}-${dead.pid}-1`,
      'kubevigil-scenario-x',
      'accounts.csv',
    ];
    for (const name of [...kept, `kubevigil-scenario-x-${HOST}-${dead.pid}-1`]) put(name);
    // As of a container that was started anew, whose first process has the same id.
    put(`kubevigil-scenario-x-${HOST}-${process.pid}-1`);
    try {
      let seen: string[] = [];
      await withOwnFiles('x', at(), async (beginning) => {
        expect(basename(beginning)).to.equal(`kubevigil-scenario-x-${HOST}-${process.pid}-`);
        seen = readdirSync(at());
      });
      expect(seen).to.have.members(kept);
    } finally {
      other.stdin.end();
    }
  });
});
