import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { recordSchema } from '../../common/record-schema.ts';
import { mergedRecords, recordOf } from '../../common/records.ts';
import { opensslCipher } from '../../common/web/config/go-names.ts';
import { webConfigSchema } from '../../common/web/config/schema.ts';

const HASH = `$2y$10$${'a'.repeat(53)}`;

describe('common/records', () => {
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'toString'),
    fc.string(),
  );
  const entries = fc.uniqueArray(fc.tuple(name, fc.integer()), { selector: ([key]) => key });

  it('hold every name, and none that is not in them', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const record = recordOf(one);
        expect(new Map(Object.entries(record))).to.deep.equal(new Map(one));
        for (const [key] of other) expect(record[key]).to.equal(new Map(one).get(key));
        const merged = mergedRecords(record, recordOf(other));
        expect(new Map(Object.entries(merged))).to.deep.equal(new Map([...one, ...other]));
      }),
    );
  });

  it('are read as JSON has them', () => {
    fc.assert(
      fc.property(entries, (one) => {
        const text = JSON.stringify(recordOf(one));
        const parsed = z
          .strictObject({ counts: recordSchema(z.number()) })
          .parse({ counts: JSON.parse(text) });
        expect(JSON.stringify(parsed.counts)).to.equal(text);
        expect(parsed.counts['valueOf']).to.equal(new Map(one).get('valueOf'));
      }),
    );
  });

  it('tell where a value is wrong', () => {
    const schema = z.strictObject({ counts: recordSchema(recordSchema(z.int(), 10)) });
    const issues = (counts: unknown) =>
      schema.safeParse({ counts }).error?.issues.map(({ path }) => path.join('.'));
    expect(issues(JSON.parse('{"a": {"__proto__": 1.5}}'))).to.deep.equal(['counts.a.__proto__']);
    expect(issues({ a: { 'longer than that': 1 } })).to.deep.equal(['counts.a']);
    for (const none of [[], null, 1, 'a']) expect(issues(none)).to.deep.equal(['counts']);
  });

  it('a user called __proto__ is a user, without whom nobody would need a password', () => {
    const { basic_auth_users: users } = webConfigSchema.parse(
      JSON.parse(`{"basic_auth_users": {"__proto__": "${HASH}"}}`),
    );
    expect(Object.entries(users ?? {})).to.deep.equal([['__proto__', HASH]]);
  });

  it('a cipher suite is none that objects have by themselves', () => {
    for (const suite of ['constructor', '__proto__', 'toString'])
      expect(opensslCipher(suite)).to.equal(undefined);
  });
});
