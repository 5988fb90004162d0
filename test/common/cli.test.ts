import { expect } from 'chai';
import { Command } from 'commander';
import { describeError, runCommand, UsageError } from '../../common/cli.ts';

describe('describeError', () => {
  it('is one line, whatever the message', () => {
    expect(describeError('prog', new Error('a\n  b\nc'), false)).to.equal('prog: a b c\n');
    expect(describeError('prog', 'text', false)).to.equal('prog: text\n');
    expect(describeError('prog', new TypeError(), false)).to.equal('prog: TypeError\n');
  });

  it('shows stacks and causes to who debugs', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(describeError('prog', error, true)).to.match(
      /^prog: outer\nError: outer\n +at [\s\S]*\nError: inner\n +at /,
    );
  });
});

describe('runCommand', () => {
  /** Runs a program with a subcommand `do` that throws `error`; its exit code and what it said. */
  async function run(args: readonly string[], error?: unknown) {
    const program = new Command('prog').option('--log.level <level>');
    program.command('do').action(() => {
      if (error !== undefined) throw error;
    });
    const { write } = process.stderr;
    const before = process.exitCode;
    let stderr = '';
    process.stderr.write = (text: string | Uint8Array) => {
      stderr += text;
      return true;
    };
    try {
      await runCommand(program, ['node', 'prog', ...args]);
      return { code: process.exitCode ?? 0, stderr };
    } finally {
      process.stderr.write = write;
      process.exitCode = before;
    }
  }

  it('ends with 0 when all is well', async () => {
    expect(await run(['do'])).to.deep.equal({ code: 0, stderr: '' });
  });

  it("ends with 2 for a user's mistake", async () => {
    expect(await run(['do'], new UsageError('no such file'))).to.deep.equal({
      code: 2,
      stderr: 'prog: no such file\n',
    });
  });

  it('ends with 1 for anything else', async () => {
    expect(await run(['do'], new Error('disk full'))).to.deep.equal({ code: 1, stderr: 'prog: disk full\n' });
  });

  it('ends with 2 for an unknown flag of a subcommand, with its suggestion on the same line', async () => {
    const suggestion = "prog: unknown option '--log.leve' (Did you mean --log.level?)\n";
    expect(await run(['do', '--log.leve'])).to.deep.equal({ code: 2, stderr: suggestion });
    expect(await run(['--log.leve', 'x'])).to.deep.equal({ code: 2, stderr: suggestion });
  });
});
