import { expect } from 'chai';
import { LineEvent } from '../../../exporter/logs/line-event.ts';
import { HOST } from '../../../exporter/owners/owners.ts';
import { compileCondition } from '../../../exporter/rules/condition.ts';

/** Counts how often a rule looks at what the line means. */
class Watched extends LineEvent {
  looks = 0;

  override get decoded(): string {
    this.looks += 1;
    return super.decoded;
  }
}

describe('logs: a line as rules see it', () => {
  const evaluate = (condition: string, line: string) => {
    const event = new Watched(line, '/log', undefined, HOST);
    return [compileCondition('log', condition).evaluate(event), event.looks];
  };

  it('has the line as it stands, and as it was meant', () => {
    const both = String.raw`line.contains("%27") && decoded.contains("' or \"a\"")`;
    expect(evaluate(both, String.raw`"q=%27+or+\"a\""`)).to.deep.equal(['match', 1]);
  });

  it('is decoded for a rule that comes to look at it, and for no other', () => {
    expect(evaluate('line.contains("a")', 'a%27')).to.deep.equal(['match', 0]);
    expect(evaluate('line.contains("b") && decoded.contains("x")', 'a%27')).to.deep.equal(['no_match', 0]);
    expect(evaluate('line.contains("a") && decoded.contains("\'")', 'a%27')).to.deep.equal(['match', 1]);
  });
});
