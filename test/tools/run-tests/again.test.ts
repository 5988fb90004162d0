import { expect } from 'chai';
import { filesAgain, unsteadyLines } from '../../../tools/run-tests/again.ts';

const titled = (...path: string[]) => ({ titlePath: () => path });

describe('files that failed', () => {
  it('are run again when they are few', () => {
    const few = ['a', 'b', 'c', 'd', 'e'];
    expect(filesAgain(few)).to.deep.equal(few);
    expect(filesAgain([...few, 'f'])).to.deep.equal([]);
  });

  it('are listed with both outcomes', () => {
    const first = [titled('a suite', 'a test')];
    expect(unsteadyLines([])).to.deep.equal([]);
    expect(
      unsteadyLines([
        { name: 'broken', first, again: [titled('a suite', 'another')] },
        { name: 'shaky', first, again: [] },
      ]),
    ).to.deep.equal([
      'unsteady, failed first and passed when run again alone:',
      '  shaky',
      '    a suite › a test',
      'failed twice:',
      '  broken',
      '    a suite › a test',
    ]);
  });
});
