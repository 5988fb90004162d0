import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hierarchies } from '../../../tools/programs/cgroups.ts';
import { onGround } from '../../../tools/test-siege/ground.ts';
import { HOSTILE_KINDS } from '../../../tools/test-siege/hostile/kinds.ts';
import { MARK_KINDS } from '../../../tools/test-siege/marks/plan.ts';
import { FLOOD_NAMES, type SiegeOptions, siege } from '../../../tools/test-siege/siege.ts';
import { podsRefusal } from '../../support/pod.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { tracefsRefusal } from '../../support/tracefs.ts';

const OPTIONS: SiegeOptions = {
  ...{ seconds: 15, marks: 60, seed: 7, scale: 0.3, connections: 10 },
  ...{ kinds: HOSTILE_KINDS, floods: FLOOD_NAMES },
};
const MARK = 'kubevigil-siege-';

/** What a siege makes that would outlast it: folders, cgroups, mounts. */
function leftovers(): string[] {
  const places = [tmpdir(), ...hierarchies()];
  const folders = places.flatMap((place) => readdirSync(place).map((name) => join(place, name)));
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return [...folders, ...mounts].filter((name) => name.includes(MARK));
}

describe('a short siege', () => {
  const folder = temporaryFolder();
  let before: string[] = [];
  beforeEach(function () {
    const refusal = podsRefusal() ?? tracefsRefusal(folder());
    if (refusal !== undefined) skip(this, refusal);
    before = leftovers();
  });
  const left = () => leftovers().filter((name) => !before.includes(name));

  // Not how long scrapes took: others use the machine.
  it('finds every marked event, in the share of its own container, and leaves nothing behind', async () => {
    const { signal } = new AbortController();
    const { accounts, problems } = await onGround(signal, (ground) => siege(ground, OPTIONS, () => {}));
    expect(problems).to.deep.equal([]);
    expect(accounts.map(({ kind }) => kind)).to.have.members(MARK_KINDS);
    for (const { marked, found, lost, wrong } of accounts) {
      expect({ found, lost, wrong }).to.deep.equal({ found: marked, lost: 0, wrong: 0 });
    }
    expect(left()).to.deep.equal([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const stopping = new AbortController();
    const under = onGround(stopping.signal, (ground) => {
      const running = siege(ground, OPTIONS, () => {});
      setTimeout(() => stopping.abort('interrupted'), 6_000);
      return running;
    });
    await under.then(
      () => expect.fail('it went on'),
      (error: Error) => expect(error.message).to.equal('interrupted'),
    );
    expect(left()).to.deep.equal([]);
  });
});
