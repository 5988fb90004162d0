import { expect } from 'chai';
import fc from 'fast-check';
import { Turns } from '../../../exporter/web/turns.ts';
import { waitFor } from '../../../tools/programs/wait.ts';

const MOST_WAITING = 16;

describe('Turns', () => {
  it('are taken one after the other, and everybody has one before anybody has his next', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }), async (sources) => {
        const turns = new Turns();
        const taken: number[] = [];
        let refused = 0;
        let running = 0;
        await Promise.all(
          sources.map(
            (source) =>
              new Promise<void>((resolve) => {
                turns.put(String(source), {
                  isOver: () => false,
                  async take() {
                    expect(++running).to.equal(1);
                    taken.push(source);
                    await Promise.resolve();
                    running--;
                    resolve();
                  },
                  refuse() {
                    refused++;
                    resolve();
                  },
                });
              }),
          ),
        );
        // The first is taken at once, and waits for nobody.
        expect(refused).to.equal(Math.max(0, sources.length - 1 - MOST_WAITING));
        const rest = taken.slice(1);
        expect(rest).to.include.members([...new Set(sources.slice(1))]);
        for (const source of new Set(rest)) {
          const others = rest.slice(0, rest.indexOf(source));
          expect(others.length, `${rest}`).to.equal(new Set(others).size);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are not held up by work that waits for something, nor by work that is over', async () => {
    const turns = new Turns();
    turns.put('a', { isOver: () => false, take: () => new Promise(() => {}), refuse() {} });
    turns.put('a', { isOver: () => true, take: () => Promise.reject(new Error('over')), refuse() {} });
    await new Promise<void>((resolve) => {
      turns.put('b', { isOver: () => false, take: async () => resolve(), refuse() {} });
    });
  });

  it('are given in alternation to what is never too much and to the rest, and none of the former is refused', async () => {
    const turns = new Turns();
    const taken: string[] = [];
    const turn = (name: string) => ({
      isOver: () => false,
      take: async () => void taken.push(name),
      refuse: () => expect.fail(`${name} was refused`),
    });
    for (let i = 0; i < 12; i++) turns.put(`source ${i}`, turn('part'));
    for (let i = 0; i < 30; i++) turns.putFirst(turn('whole'));
    await waitFor('all', () => (taken.length === 42 ? true : undefined));
    expect(taken.slice(0, 23).filter((name, i) => name === taken[i + 1])).to.deep.equal([]);
    expect(taken.slice(23)).not.to.include('part');
  });
});
