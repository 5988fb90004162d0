import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Page, readPages } from '../../../tools/documents/pages.ts';
import { drawnPictures } from '../../../tools/pictures/drawn.ts';
import { labelledRows } from '../../../tools/pictures/labels-and-phases.ts';
import { chosenSamples } from '../../../tools/pictures/one-row.ts';
import { terminalPicture } from '../../../tools/pictures/terminal.ts';
import { ROOT } from '../../support/paths.ts';

const FOLDER = join(ROOT, 'docs/pictures');
const pages = readPages(ROOT);
const readme = pages.find(({ path }) => path === 'README.md') as Page;

describe('the pictures', () => {
  it('are on a page each, and no page shows another', () => {
    const shown = pages.flatMap(({ text }) =>
      [...text.matchAll(/pictures\/([\w.-]+)\)/g)].map(([, name = '']) => name),
    );
    expect([...new Set(shown)].sort()).to.deep.equal(readdirSync(FOLDER).sort());
  });

  for (const [name, drawn] of Object.entries(drawnPictures(readme))) {
    it(`${name} is what is drawn now, and every element of it is closed`, () => {
      expect(readFileSync(join(FOLDER, name), 'utf8')).to.equal(drawn);
      const open: string[] = [];
      for (const [, slash, tag = '', closed] of drawn.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
        if (slash === '/') expect(open.pop()).to.equal(tag);
        else if (closed === '') open.push(tag);
      }
      expect(open).to.deep.equal([]);
    });
  }

  it('one row: a is at least 0.9 windows before b, and the rate is that of both', () => {
    const { a, b, rate } = chosenSamples();
    expect(b).to.be.greaterThan(a);
    expect(rate).to.be.greaterThan(0);
  });

  it('labels and phases: every phase and every part is there, and no episode is in two', () => {
    const rows = labelledRows();
    const values = (of: (row: (typeof rows)[number]) => string | null) => new Set(rows.map(of));
    expect([...values(({ phase }) => phase)]).to.have.members(['normal', 'attack', 'recovery']);
    expect([...values(({ split }) => split)]).to.have.members(['train', 'embargo', 'validation', 'test']);
    for (const name of values(({ episode }) => episode)) {
      const parts = new Set(rows.filter(({ episode }) => episode === name).map(({ split }) => split));
      if (name !== null) expect(parts.size, name).to.equal(1);
    }
  });

  it('what a program prints cannot be taken for elements', () => {
    expect(terminalPicture('<a>', '<b>&"\n'))
      .to.include('$ &lt;a&gt;')
      .and.to.include('&lt;b&gt;&amp;&quot;');
  });
});
