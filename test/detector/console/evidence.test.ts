import { expect } from 'chai';
import { assert, property, string } from 'fast-check';
import { chosen, evidenceSection } from '../../../detector/console/evidence.ts';
import { EVENT } from '../evidence/support/event.ts';

describe('detector/console: evidence', () => {
  it('shows the gravest records where there are many, in the order of time, and how many are not shown', () => {
    const events = Array.from({ length: 120 }, (_, i) => ({
      ...EVENT,
      ...{ id: `1-${i}`, timeMs: EVENT.timeMs + i, severity: i % 40 === 39 ? 'critical' : 'info' },
    }));
    const shown = chosen(events);
    expect(shown).to.have.length(50);
    expect(shown.filter(({ severity }) => severity === 'critical')).to.have.length(3);
    expect(shown.map(({ timeMs }) => timeMs)).to.deep.equal(shown.map(({ timeMs }) => timeMs).toSorted());
    const { text } = evidenceSection({ events });
    expect(text.match(/<tr>/g)).to.have.length(51);
    expect(text).to.include('70 more are not shown');
  });

  it('says why there is none', () => {
    expect(evidenceSection('no source').text).to.include('--events');
    expect(evidenceSection('two clusters').text).to.include('two clusters');
    expect(evidenceSection({ events: [] }).text).to.include('No rule of the exporter matched');
  });

  it('cannot be broken out of by what an attacker had recorded', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 60 }), string({ maxLength: 60 }), (a, b) => {
        const bad = `${a}</code><script>${b}`;
        const event = {
          ...EVENT,
          rule: bad,
          pod: bad,
          namespace: bad,
          container: bad,
          program: bad,
          details: bad,
          mitre: bad,
        };
        const { text } = evidenceSection({ events: [event] });
        expect(text).not.to.include('<script>');
        expect(text.match(/<[a-z]+/g)).to.deep.equal(
          evidenceSection({ events: [{ ...EVENT, pod: 'p' }] }).text.match(/<[a-z]+/g),
        );
        // What turns the direction of reading, and what nobody sees.
        expect(text).not.to.match(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
