import { expect } from 'chai';
import { aboutSchema, aboutThere, creatorsIn, licenceUrl } from '../../../dataset/model/about.ts';

const issueOf = (about: object) => aboutSchema.safeParse(about).error?.issues[0]?.message;

describe('dataset/model/about', () => {
  it('takes licences by their SPDX identifiers in any case, and by URL', () => {
    expect(aboutSchema.parse({ license: 'cc-by-4.0' })).to.deep.equal({ license: 'CC-BY-4.0' });
    expect(aboutSchema.parse({ license: 'https://example.org/licence' }).license).to.match(/^https/);
    expect(licenceUrl('CC-BY-4.0')).to.equal('https://spdx.org/licenses/CC-BY-4.0.html');
  });

  it('refuses what is none, and tells what may have been meant', () => {
    expect(issueOf({ license: 'my own licence' })).to.match(
      /^"my own licence" is no licence .*: write its SPDX/,
    );
    expect(issueOf({ license: 'CC-BY-4' })).to.include('did you mean CC-BY-4.0?');
    expect(issueOf({ license: 'javascript:alert(1)' })).to.match(/is no licence/);
  });

  it('takes one creator or several, by name or by more', () => {
    const jane = { name: 'Jane Doe', orcid: '0000-0002-1825-0097', url: 'https://jane.example' };
    expect(creatorsIn(aboutSchema.parse({ creator: 'Jane Doe' }))).to.deep.equal([{ name: 'Jane Doe' }]);
    expect(creatorsIn(aboutSchema.parse({ creator: [jane, 'John Roe'] }))).to.deep.equal([
      jane,
      { name: 'John Roe' },
    ]);
    expect(creatorsIn({})).to.deep.equal([]);
  });

  it('knows an ORCID iD by its check digit, also from its page', () => {
    const orcidOf = (orcid: string) => aboutSchema.safeParse({ creator: { name: 'J', orcid } });
    // Those of ORCID's own documentation; the last has the check digit X.
    for (const id of ['0000-0002-1825-0097', '0000-0001-5109-3700', '0000-0002-1694-233X'])
      expect(orcidOf(`https://orcid.org/${id}`).data?.creator).to.deep.equal({ name: 'J', orcid: id });
    for (const id of ['0000-0002-1825-0098', '0000-0002-1694-2330', '0000000218250097', 'x'])
      expect(orcidOf(id).success, id).to.equal(false);
  });

  it('reads what manifests of earlier versions have', () => {
    const there = { license: 'my own licence', creator: 'A Lab' };
    expect(aboutThere.parse(there)).to.deep.equal(there);
  });
});
