import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../../builder/support/cli.ts';

describe('memory of training networks', () => {
  for (const kind of ['mlp', 'cnn'] as const)
    it(`the ${kind} takes as much for twenty times as many steps: what a step held is given back before the next`, async function () {
      this.timeout(600_000);
      const main = join(import.meta.dirname, 'network-memory-main.js');
      const { code, stdout, stderr } = await runProgram(process.execPath, [main, kind], {});
      expect(code, stderr).to.equal(0);
      const [few = 0, more] = JSON.parse(stdout) as number[];
      expect(few, 'pages of 64 KiB').to.be.greaterThan(0);
      expect(more, `pages of 64 KiB, after ${few}`).to.equal(0);
    });
});
