import { expect } from 'chai';
import fc from 'fast-check';
import { redactArguments } from '../../../../exporter/evidence/redaction/arguments.ts';
import { remembering, rememberingList } from '../../../../exporter/evidence/redaction/clean-texts.ts';
import { redact } from '../../../../exporter/evidence/redaction/redact.ts';

const words = fc.stringMatching(/^[a-zA-Z0-9=/:@ -]{0,12}$/);
const named = words.map((word) => `--password=${word}`);
const texts = fc.oneof(words, named, fc.string());

describe('texts that were clean before', () => {
  it('are what the redaction gives, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(texts, { maxLength: 4 }), { maxLength: 40 }), (lists) => {
        const [one, list] = [remembering(redact), rememberingList(redactArguments)];
        for (const args of [...lists, ...lists]) {
          expect(list(args)).to.deep.equal(redactArguments(args));
          for (const text of args) expect(one(text)).to.equal(redact(text));
        }
      }),
    );
  });

  it('are gone through once, and those with a secret each time', () => {
    let asked = 0;
    const counted = remembering((text) => {
      asked += 1;
      return redact(text);
    });
    for (let i = 0; i < 3; i++) counted('ls -la /tmp/plain X1');
    expect(asked).to.equal(1);
    for (let i = 0; i < 3; i++) expect(counted('x --password=Tr0ub4dor3')).to.equal('x --password=…');
    expect(asked).to.equal(4);
  });

  it('are so many at most: those that are seen again stay, the others are forgotten', () => {
    let asked: string[] = [];
    const counted = remembering((text) => {
      asked.push(text);
      return text;
    });
    for (let i = 0; i < 5_000; i++) {
      counted(`text ${i}`);
      counted('again and again');
    }
    expect(asked.filter((text) => text === 'again and again')).to.have.length(1);
    asked = [];
    counted('text 0');
    counted('text 4999');
    counted('x'.repeat(513));
    counted('x'.repeat(513));
    expect(asked).to.deep.equal(['text 0', 'x'.repeat(513), 'x'.repeat(513)]);
  });
});
