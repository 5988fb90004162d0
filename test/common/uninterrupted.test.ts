import { expect } from 'chai';
import { uninterrupted } from '../../common/uninterrupted.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = () => ENDING.map((name) => process.listenerCount(name));

describe('common/uninterrupted', () => {
  it('listens to what would end the program for as long as the work takes, also when it fails', () => {
    const before = listeners();
    const during = before.map((count) => count + 1);
    expect(uninterrupted(listeners)).to.deep.equal(during);
    expect(listeners()).to.deep.equal(before);
    expect(() =>
      uninterrupted(() => {
        throw new Error(String(listeners()));
      }),
    ).to.throw(String(during));
    expect(listeners()).to.deep.equal(before);
  });
});
