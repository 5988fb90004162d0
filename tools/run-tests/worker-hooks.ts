/** What Mocha loads into each process that runs test files: the account of their CPU time. */
import type { Context, Suite } from 'mocha';
import { CpuAccount, LEDGER_VARIABLE } from './cpu.ts';

const path = process.env[LEDGER_VARIABLE];
const account = path === undefined ? undefined : new CpuAccount(path);
// The runner that a test of it starts has a ledger of its own.
delete process.env[LEDGER_VARIABLE];

const fileOf = ({ suites, tests }: Suite) => suites[0]?.file ?? tests[0]?.file;

export const mochaHooks = {
  /** A process runs one file after the other, each as a run of its own. */
  afterAll(this: Context): void {
    const file = this.test?.parent === undefined ? undefined : fileOf(this.test.parent);
    if (file !== undefined) account?.charge(file);
  },
};
