import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { frontMatter } from '../../../dataset/metadata/front-matter.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import { manifestWith } from '../../builder/support/manifests.ts';
import { anyCharacter } from '../../support/any-character.ts';

interface Front {
  license?: string;
  license_link?: string;
  configs: { config_name: string; data_files: { split: string; path: string }[] }[];
  dataset_info: {
    features: { name: string; dtype: string | { class_label: { names: Record<string, string> } } }[];
  };
}

function front(changes: Partial<Manifest> = {}): Front {
  const [before, text, after] = frontMatter(manifestWith(changes)).split(/^---$/m);
  expect([before, after]).to.deep.equal(['', '']);
  // As Python's YAML reads it.
  return parse(text ?? '', { version: '1.1' }) as Front;
}

const bySplit = (...parts: string[]) => ({
  files: parts.map((part) => ({
    ...(manifestWith().files[0] as Manifest['files'][0]),
    path: `data/date=2026-11-23/part-0-${part}.parquet`,
  })),
  split: { ...manifestWith().split, rows: Object.fromEntries(parts.map((part) => [part, 3])) },
});

describe('the front matter of a dataset card', () => {
  it('has the files of each part that has rows, and none of the embargo', () => {
    expect(front(bySplit('train', 'test', 'embargo')).configs).to.deep.equal([
      {
        config_name: 'default',
        data_files: [
          { split: 'train', path: 'data/*/part-*-train*.parquet' },
          { split: 'test', path: 'data/*/part-*-test*.parquet' },
        ],
      },
    ]);
  });

  it('calls what is not divided by files neither train nor test', () => {
    expect(front().configs[0]?.data_files).to.deep.equal([{ split: 'rows', path: 'data/*/*.parquet' }]);
  });

  it('has a type for each column, and the classes of the label, normal first', () => {
    const { features } = front().dataset_info;
    expect(features.map(({ name }) => name)).to.deep.equal(manifestWith().columns.map(({ name }) => name));
    expect(features[0]?.dtype).to.equal('timestamp[ms, tz=UTC]');
    expect(features.find(({ name }) => name === 'label')?.dtype).to.deep.equal({
      class_label: { names: { 0: 'normal', 1: 'cpu_burn' } },
    });
  });

  it('names a licence as the Hub does', () => {
    expect(front({ about: { license: 'CC-BY-4.0' } }).license).to.equal('cc-by-4.0');
    expect(front({ about: { license: 'ODbL-1.0' } }).license).to.equal('odbl');
    expect(front({ about: { license: 'https://example.org/l' } })).to.include({
      license: 'other',
      license_link: 'https://example.org/l',
    });
    expect(front()).not.to.have.any.keys('license');
  });

  it('is read back whatever a class is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, minLength: 1 }), (name) => {
        fc.pre(name !== 'normal' && name !== 'unlabelled' && !/\p{Cs}/u.test(name));
        const { features } = front({ classBalance: { normal: 6, [name]: 4 } }).dataset_info;
        const label = features.find((feature) => feature.name === 'label');
        expect(label?.dtype).to.deep.equal({ class_label: { names: { 0: 'normal', 1: name } } });
      }),
    );
  });
});
