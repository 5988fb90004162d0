import { expect } from 'chai';
import { filesAgain, unsteadyLines } from '../../../tools/run-tests/again.ts';

const titled = (...path: string[]) => ({ titlePath: () => path });

describe('files that failed beside others', () => {
  it('are run again when they are few', () => {
    const few = ['a', 'b', 'c', 'd', 'e'];
    expect(filesAgain(few)).to.deep.equal(few);
    expect(filesAgain([...few, 'f'])).to.deep.equal([]);
  });

  it('are listed with both outcomes', () => {
    const beside = [titled('a suite', 'a test')];
    expect(unsteadyLines([])).to.deep.equal([]);
    expect(
      unsteadyLines([
        { name: 'broken', beside, alone: [titled('a suite', 'another')] },
        { name: 'shaky', beside, alone: [] },
      ]),
    ).to.deep.equal([
      'unsteady:',
      '  failed beside others, passed alone: shaky',
      '    a suite › a test',
      'failed twice:',
      '  failed beside others, failed alone: broken',
      '    a suite › a test',
    ]);
  });
});
