import { expect } from 'chai';
import { complaints } from '../../../tools/documents/limits.ts';
import { type Page, readPages } from '../../../tools/documents/pages.ts';
import { measure, sentencesOf } from '../../../tools/documents/sentences.ts';
import { wrongTerms } from '../../../tools/documents/wording.ts';
import { ROOT } from '../../support/paths.ts';

const page = (text: string): Page => ({ path: 'docs/a.md', text });
const WORDS = Array.from({ length: 31 }, (_, i) => `word${i}`).join(' ');

describe('the wording of the documents', () => {
  it('keeps its limits', () => {
    expect(complaints(readPages(ROOT))).to.deep.equal([]);
  });

  it('sentences end at full stops, and items of lists are sentences of their own', () => {
    const text =
      '# A heading\n\nOne. Two, `a.b C` and\nmore! Three?\n\n- four\n- five. Six\n\n| a | table |\n|---|---|\n';
    expect(sentencesOf(page(text))).to.deep.equal([
      'One.',
      'Two, Code and more!',
      'Three?',
      'four',
      'five.',
      'Six',
    ]);
  });

  it('code blocks are no sentences', () => {
    expect(sentencesOf(page('```sh\nOne. Two.\n```\n\n    Three. Four.\n\nFive.\n'))).to.deep.equal([
      'Five.',
    ]);
  });

  it('a sentence of 31 words is long', () => {
    expect(measure(page(`${WORDS}.\n`)).long).to.have.length(1);
    expect(measure(page(`${WORDS.replace(' word1 ', '. Word1 ')}.\n`)).long).to.deep.equal([]);
  });

  it('a line above 125 characters is found, unless it cannot be broken or is in a table', () => {
    const long = `${'word '.repeat(26)}\n`;
    expect(complaints([page(long)])[0]).to.match(/has a line of \d+ characters/);
    expect(complaints([page(`| ${long}`)])).to.deep.equal([]);
    expect(complaints([page(`[a](${'b'.repeat(200)})\n`)])).to.deep.equal([]);
  });

  it('private words are found, also where a line ends, and not in code', () => {
    expect(wrongTerms('A series that is born.')).to.deep.equal(['born: write a series starts']);
    expect(wrongTerms('The look-alikes')).to.deep.equal(['look-alikes: write benign workload']);
    expect(wrongTerms('the case `born`, newborn, holed, and boreholes')).to.deep.equal([]);
  });

  it('a README that grows is found', () => {
    expect(complaints([{ path: 'README.md', text: 'A.\n'.repeat(251) }])).to.deep.equal([
      'README.md: has 251 lines, at most 250',
    ]);
  });
});
