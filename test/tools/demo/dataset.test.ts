import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { lacksLines } from '../../../tools/demo/dataset.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe("what parts of the demo's dataset lack", () => {
  const newFolder = temporaryFolder();

  function linesOf(split: object): string[] {
    const folder = newFolder();
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ files: [], split }));
    return lacksLines(folder);
  }

  it('is nothing where every part has every class', () => {
    expect(linesOf({ rows: { train: 3, validation: 2, test: 1 }, lacks: [] })).to.deep.equal([
      '  every part has rows of every class',
    ]);
  });

  it('is told with the parts that have no rows at all, and why', () => {
    const lines = linesOf({
      rows: { train: 3, test: 1, embargo: 1 },
      lacks: [{ part: 'test', classes: { cpu_burn: 0 } }],
    });
    expect(lines.slice(0, 2)).to.deep.equal([
      '  validation has no rows at all',
      '  test has no rows of cpu_burn',
    ]);
    expect(lines[2]).to.match(/^ {2}Each scenario was on once here/);
  });
});
