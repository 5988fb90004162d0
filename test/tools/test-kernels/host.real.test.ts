import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { cpio } from '../../../tools/guests/cpio.ts';
import { mutate, WRONG_FACTOR } from '../../../tools/test-kernels/mutation.ts';
import { problemsOf, tableOf } from '../../../tools/test-kernels/table.ts';
import { ROOT } from '../../support/paths.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('test:kernels, on the host', () => {
  const folder = temporaryFolder();

  it('writes an archive that a kernel unpacks', () => {
    const archive = cpio([
      { path: 'bin', mode: 0o040755 },
      { path: 'bin/x', mode: 0o100755, data: Buffer.from('12345') },
    ]);
    // Magic, mode, size and the name's length with its end; then everything begins at a multiple of four.
    const record = (at: number) => archive.toString('latin1', at, at + 110);
    const field = (at: number, i: number) => Number.parseInt(record(at).slice(6 + 8 * i, 14 + 8 * i), 16);
    expect(record(0).slice(0, 6)).to.equal('070701');
    expect([field(0, 1), field(0, 6), field(0, 11)]).to.deep.equal([0o040755, 0, 4]);
    const second = 116;
    expect([field(second, 1), field(second, 6), field(second, 11)]).to.deep.equal([0o100755, 5, 6]);
    expect(archive.toString('latin1', second + 110, second + 116)).to.equal('bin/x\0');
    expect(archive.toString('latin1', second + 116, second + 121)).to.equal('12345');
    const end = second + 124;
    expect(archive.toString('latin1', end + 110, end + 120)).to.equal('TRAILER!!!');
    expect(archive.length % 4).to.equal(0);
  });

  it('has a wrong factor that is one of this build', () => {
    const target = folder();
    const file = join(target, 'app', WRONG_FACTOR.file);
    mkdirSync(dirname(file), { recursive: true });
    const before = readFileSync(join(ROOT, WRONG_FACTOR.file), 'utf8');
    writeFileSync(file, before);
    mutate(target, WRONG_FACTOR);
    const after = readFileSync(file, 'utf8');
    expect(after).to.not.equal(before);
    execFileSync(process.execPath, ['--check', file]);
    expect(() => mutate(target, WRONG_FACTOR), 'not twice').to.throw('mend the mutation');
  });

  it('shows each kernel and check, and what was wrong', () => {
    const findings = new Map([
      [
        '5.10',
        [
          { check: 'start', problems: [], compared: 40, seconds: 10.2 },
          { check: 'execs', problems: ['499 instead of 500', 'one lost'], compared: 9, seconds: 5 },
          { check: 'end', problems: [], compared: 0, seconds: 0 },
        ],
      ],
      ['6.1', [{ check: 'start', problems: [], compared: 41, seconds: 9 }]],
    ]);
    expect(tableOf(findings).split('\n')).to.deep.equal([
      'kernel  start  execs    checks took',
      '5.10    ok 40  2 WRONG  15 s',
      '6.1     ok 41  –        9 s',
    ]);
    expect(problemsOf(findings)).to.deep.equal(['5.10, execs: 499 instead of 500', '5.10, execs: one lost']);
  });

  it('has a column for a machine that died', () => {
    const died = { check: 'end', problems: ['the machine ended'], compared: 0, seconds: 0 };
    expect(tableOf(new Map([['6.1', [died]]]))).to.include('1 WRONG');
  });
});
