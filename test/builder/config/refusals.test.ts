import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { EXAMPLE_KEYS, exampleOf } from '../../../builder/config/examples.ts';
import { loadConfig } from '../../../builder/config/load.ts';
import { configSchema } from '../../../builder/config/schema.ts';
import { keysAt, placesIn, textsAt } from '../../../common/schema-shape.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Words of the validator's that mean nothing to who writes a file. */
const JARGON =
  /Invalid input|Invalid discriminator|expected \w+, received|Unrecognized key|Too (small|big)|undefined|tuple/;

describe('a configuration that is refused', () => {
  const newFolder = temporaryFolder();

  function refusal(document: unknown): string {
    const folder = newFolder();
    const config = join(folder, 'dataset.yaml');
    writeFileSync(config, typeof document === 'string' ? document : stringify(document));
    try {
      loadConfig({ config });
    } catch (error) {
      const { message } = error as Error;
      expect(message).to.match(/^config .*dataset\.yaml: /);
      return message.replace(/^config .*dataset\.yaml: /, '');
    }
    throw new Error('it was taken');
  }

  it('names a key that is none, and the one that was meant', () => {
    expect(refusal({ stpe: '15s' })).to.equal('there is no key "stpe": did you mean step?');
    expect(refusal({ split: { by: 'episode', stratfy: ['role'] } })).to.equal(
      'split: there is no key "stratfy": did you mean stratify?',
    );
    expect(refusal({ prometheus: { url: 'http://x', token: 'y' } })).to.match(
      /^prometheus: there is no key "token": there are url, /,
    );
  });

  it('finds what is wrong within the alternative that was meant, however deep', () => {
    const wrong = { name: 'J', orcid: '0000-0002-1825-0098' };
    const reason = /^about\.creator(\.\d)?\.orcid: "0000-0002-1825-0098" is no ORCID iD: [^;]*$/;
    expect(refusal({ about: { creator: wrong } })).to.match(reason);
    expect(refusal({ about: { creator: [wrong] } })).to.match(reason);
    expect(refusal({ about: { creator: ['Jane Doe', wrong] } })).to.match(reason);
    expect(refusal({ about: { creator: ['Jane Doe', { nam: 'J' }] } })).to.equal(
      'about.creator.1: there is no key "nam": did you mean name?',
    );
    expect(refusal({ about: { creator: 7 } })).to.match(
      /^about\.creator: must be .*, and is 7: write it like /,
    );
  });

  it('tells what is missing, and how it is written', () => {
    expect(refusal({ split: {} })).to.match(/^split\.by: is missing: say time or episode or run or node$/);
    expect(refusal({ prometheus: {} })).to.equal(
      'prometheus.url: is missing: write it like url: http://127.0.0.1:9090',
    );
  });

  it('tells what stands there, and what is to', () => {
    expect(refusal({ split: { by: 'episodes' } })).to.equal(
      'split.by: must be time or episode or run or node, and is "episodes": did you mean episode?',
    );
    expect(refusal({ split: { by: 'time', fractions: '70/15/15' } })).to.equal(
      'split.fractions: must be a list, and is "70/15/15": write it like fractions: [0.7, 0.15, 0.15], of train, validation and test',
    );
    expect(refusal({ format: 'parket' })).to.match(
      /^format: must be .*parquet.*, and is "parket": did you mean parquet\?$/,
    );
    expect(refusal({ labels: ['episodes.csv'] })).to.match(
      /^labels\.0: must be a mapping .*, and is "episodes\.csv": write it like/,
    );
    expect(refusal({ labels: [{ episode: 'e.csv' }] })).to.equal(
      'labels.0: there is no key "episode": did you mean episodes?',
    );
  });

  it('tells all that is wrong at once', () => {
    const message = refusal({
      stpe: '15s',
      split: { by: 'time', fractions: [1, 2, 3] },
      seed: [],
      columns: [],
    });
    expect(message).to.match(/^\d things are wrong: \(1\) /);
    for (const place of ['stpe', 'split.fractions', 'seed', 'columns'])
      expect(message).to.include(`${place}`);
  });

  it('has no word of the validator’s, whatever stands at whatever key', () => {
    const places = placesIn(configSchema).filter((place) => place.length <= 3 && !place.includes(0));
    const values = fc.oneof(
      fc.constantFrom<unknown>(null, [], {}, true, -1, 1.5, '', 'x', ['x'], { x: 1 }, [[1]], [{}]),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), values, (place, value) => {
        const document = place.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
        const result = configSchema.safeParse(document);
        if (!result.success) expect(refusal(document as object)).not.to.match(JARGON);
      }),
      { numRuns: 300 },
    );
  });

  it('has an example for each key that does not list what it can be, and each is taken', () => {
    for (const key of keysAt(configSchema, [])) {
      if (textsAt(configSchema, [key]).length > 0) continue;
      if (['csvEscapeFormulas', 'allowOtherNodes', 's3'].includes(key)) continue;
      expect(exampleOf([key]), key).to.be.a('string');
    }
    const known = placesIn(configSchema).map((place) => place.join('.'));
    for (const key of EXAMPLE_KEYS) {
      expect(known, key).to.include(key);
      if (!key.includes('.')) {
        const result = configSchema.safeParse(parse(exampleOf([key]) ?? ''));
        expect(result.error?.issues ?? [], key).to.deep.equal([]);
      }
    }
  });
});
