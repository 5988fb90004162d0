import { expect } from 'chai';
import { croissant } from '../../../dataset/metadata/croissant.ts';
import { manifestWith } from '../../builder/support/manifests.ts';

/** Every `@id` that is defined (its object says more) or only referred to. */
function ids(value: unknown, found = { defined: [] as string[], referred: [] as string[] }) {
  if (Array.isArray(value)) for (const item of value) ids(item, found);
  else if (typeof value === 'object' && value !== null) {
    const { '@id': id, ...rest } = value as Record<string, unknown>;
    if (typeof id === 'string') (Object.keys(rest).length > 0 ? found.defined : found.referred).push(id);
    for (const inner of Object.values(rest)) ids(inner, found);
  }
  return found;
}

describe('builder croissant.json', () => {
  it('defines every id once and refers to none that is not there', () => {
    const { '@context': _, ...body } = croissant(manifestWith());
    const { defined, referred } = ids(body);
    expect(new Set(defined).size).to.equal(defined.length);
    expect(defined).to.include.members(referred);
    expect(referred).to.include('rows/timestamp');
  });

  it('describes each file with its checksum, and all of them as one set', () => {
    const manifest = manifestWith();
    const { distribution } = croissant(manifest);
    expect(distribution).to.have.length(2);
    expect(distribution[0]).to.include({
      '@type': 'cr:FileObject',
      contentUrl: 'data/date=2026-11-23/part-0.parquet',
      contentSize: '999 B',
      encodingFormat: 'application/x-parquet',
      sha256: manifest.files[0]?.sha256,
    });
    expect(distribution[1]).to.include({ '@type': 'cr:FileSet', includes: 'data/**/*.parquet' });
    expect(croissant(manifestWith({ format: 'csv' })).distribution.at(-1)).to.include({
      encodingFormat: 'text/csv',
      includes: 'data/**/*.csv',
    });
  });

  it('gives every column its type, and marks the labels', () => {
    const [rows] = croissant(manifestWith()).recordSet;
    const types = Object.fromEntries(
      rows?.field.map(({ name, dataType }: { name: string; dataType: unknown }) => [name, dataType]) ?? [],
    );
    expect(types).to.deep.equal({
      timestamp: 'sc:DateTime',
      cluster: 'sc:Text',
      node: 'sc:Text',
      cpu_busy_ratio: ['sc:Float', 'http://www.w3.org/ns/mls#Feature'],
      label: ['sc:Text', 'cr:Label'],
      anomaly: ['sc:Integer', 'cr:Label'],
    });
  });

  it('tells what each part of the split is for', () => {
    const { recordSet } = croissant(manifestWith());
    const splits = recordSet.find((set) => set['@id'] === 'splits');
    expect(splits).to.deep.include({
      dataType: 'cr:Split',
      data: [
        { 'splits/name': 'train', 'splits/url': 'cr:TrainingSplit' },
        { 'splits/name': 'validation', 'splits/url': 'cr:ValidationSplit' },
        { 'splits/name': 'test', 'splits/url': 'cr:TestSplit' },
        { 'splits/name': 'embargo', 'splits/url': 'https://schema.org/Nothing' },
      ],
    });
  });

  it('has people as persons, by their ORCID iD where they tell it', () => {
    const jane = { name: 'Jane Doe', orcid: '0000-0002-1825-0097', affiliation: 'A University' };
    const lab = { name: 'A Lab', type: 'organization' as const, url: 'https://lab.example' };
    expect(croissant(manifestWith({ about: { creator: [jane, lab] } }))).to.deep.include({
      creator: [
        {
          '@type': 'Person',
          '@id': 'https://orcid.org/0000-0002-1825-0097',
          name: 'Jane Doe',
          sameAs: 'https://orcid.org/0000-0002-1825-0097',
          affiliation: { '@type': 'Organization', name: 'A University' },
        },
        { '@type': 'Organization', name: 'A Lab', url: 'https://lab.example' },
      ],
    });
    expect(croissant(manifestWith({ about: { creator: 'Jane Doe' } }))).to.deep.include({
      creator: { '@type': 'Person', name: 'Jane Doe' },
    });
  });

  it('has what responsible use asks for, as far as the manifest knows it', () => {
    const made = croissant(manifestWith());
    expect(made['rai:dataAnnotationProtocol']).to.deep.equal([
      'the file episodes.csv: 1 episode of which the file does not tell where they are from.',
    ]);
    expect(made['rai:dataUseCases']).to.have.length.above(0);
    expect(made['rai:personalSensitiveInformation']).to.match(/^Names of nodes/);
  });

  it('says of the dataset what its makers say, and nothing that they do not', () => {
    const about = { name: 'fleet', license: 'CC-BY-4.0', citation: 'A fleet.', datePublished: '2026-11-24' };
    expect(croissant(manifestWith({ about }))).to.include({
      name: 'fleet',
      license: 'https://spdx.org/licenses/CC-BY-4.0.html',
      citeAs: 'A fleet.',
      datePublished: '2026-11-24',
    });
    const plain = croissant(manifestWith());
    expect(plain.name).to.equal('kubevigil-abababab');
    expect(plain).not.to.have.any.keys('license', 'citeAs', 'datePublished', 'creator', 'url', 'version');
  });
});
