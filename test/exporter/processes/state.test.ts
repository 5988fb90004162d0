import { expect } from 'chai';
import { PROCESS_STATES, stateIndex } from '../../../exporter/processes/state.ts';

describe('stateIndex', () => {
  const states = {
    R: 'running',
    S: 'sleeping',
    I: 'sleeping',
    D: 'blocked',
    Z: 'zombie',
    T: 'other',
    t: 'other',
    X: 'other',
    P: 'other',
    '?': 'other',
  };
  for (const [letter, state] of Object.entries(states)) {
    it(`${letter} is ${state}`, () => {
      expect(PROCESS_STATES[stateIndex(letter.charCodeAt(0))]).to.equal(state);
    });
  }
});
