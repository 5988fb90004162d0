import { expect } from 'chai';
import fc from 'fast-check';
import { candidates, injectedBy } from '../../../exporter/events/probes.ts';
import type { DeclaredCommand } from '../../../exporter/owners/declared.ts';

const probe = (...command: string[]): DeclaredCommand => ({ kind: 'probe', command });
const ALIVE = probe('sh', '-c', 'test -e /alive');
const DRAIN: DeclaredCommand = { kind: 'hook', command: ['/bin/sh', '-c', 'drain'] };
const DECLARED = [ALIVE, DRAIN, probe('pg_isready', '-U', 'app')];
const told = (...args: string[]) => ({ args, terminal: false });

function by(
  launch: { args: readonly string[]; terminal: boolean } | undefined,
  args?: readonly string[],
  afterNs = 0,
) {
  return injectedBy(candidates(DECLARED, '/bin/sh'), { launch, args, afterNs });
}

describe('what comes from outside of a container', () => {
  it('is a probe or a hook by exactly the words that the runtime was told', () => {
    expect(by(told('sh', '-c', 'test -e /alive'))).to.equal('probe');
    expect(by(told('/bin/sh', '-c', 'drain'))).to.equal('hook');
    expect(by(told('sh', '-c', 'test -e /alive '))).to.equal('exec');
    expect(by(told('sh', '-c', 'test -e /alive', 'x'))).to.equal('exec');
    expect(by(told('sh', '-c'))).to.equal('exec');
    expect(by(told('/bin/sh', '-c', 'test -e /alive')), 'another spelling').to.equal('exec');
  });

  it('is neither on a terminal', () => {
    expect(by({ args: ALIVE.command, terminal: true })).to.equal('exec');
  });

  it('is not proved by what its process says of itself, and can be refuted by that', () => {
    expect(by(undefined, ALIVE.command)).to.equal(undefined);
    expect(by(undefined, ['sh', '-c', 'id'])).to.equal('exec');
    expect(by(undefined, undefined)).to.equal(undefined);
    expect(by(told('sh', '-c', 'id'), ALIVE.command), 'what was told counts').to.equal('exec');
  });

  it('is an exec where the specification has nothing of that name, whatever is known', () => {
    expect(candidates(DECLARED, '/usr/bin/bash')).to.deep.equal([]);
    expect(injectedBy([], { launch: undefined, args: undefined, afterNs: 0 })).to.equal('exec');
  });

  it('is no probe when the words alone let anybody give orders', () => {
    expect(candidates([probe('sh'), probe('/bin/bash')], '/bin/sh')).to.deep.equal([]);
    expect(candidates([probe('redis-cli')], '/usr/bin/redis-cli')).to.have.length(1);
  });

  it('is not for ever what a probe has started', () => {
    const words = told(...ALIVE.command);
    expect(by(words, undefined, 59e9)).to.equal('probe');
    expect(by(words, undefined, 61e9)).to.equal('exec');
    expect(by(told(...DRAIN.command), undefined, 599e9)).to.equal('hook');
    expect(by(told(...DRAIN.command), undefined, 601e9)).to.equal('exec');
  });

  it('passes for nothing by words that only join to the same', () => {
    const word = fc.constantFrom('sh', '-c', ' ', 'a', 'a b', '', '\0');
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(word, { minLength: 1, maxLength: 4 }),
        (command, args) => {
          const declared = [probe(...command), probe('x', 'y')];
          const found = injectedBy(declared, { launch: told(...args), args: undefined, afterNs: 0 });
          expect(found === 'probe').to.equal(JSON.stringify(command) === JSON.stringify(args));
        },
      ),
    );
  });
});
