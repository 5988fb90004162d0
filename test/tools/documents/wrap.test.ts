import { expect } from 'chai';
import fc from 'fast-check';
import { wrap } from '../../../tools/documents/wrap.ts';

const WORD = 'words';
const long = (count: number) => Array.from({ length: count }, () => WORD).join(' ');

describe('wrapping of documents', () => {
  it('breaks a long line, and leaves short ones where they are', () => {
    const lines = wrap(`${long(40)}\n\nA short\nparagraph.\n`).split('\n');
    expect(lines.map((line) => line.length <= 120)).not.to.include(false);
    expect(lines.slice(-4)).to.deep.equal(['', 'A short', 'paragraph.', '']);
  });

  it('indents what follows in an item of a list', () => {
    const [first = '', second = ''] = wrap(`- ${long(30)}`).split('\n');
    expect(first).to.match(/^- words/);
    expect(second).to.match(/^ {2}words/);
  });

  it('leaves tables, code, headings and comments alone', () => {
    for (const text of [
      `| ${long(40)} |`,
      `\`\`\`sh\n${long(40)}\n\`\`\``,
      `# ${long(40)}`,
      `<!-- ${long(40)} -->`,
    ])
      expect(wrap(text)).to.equal(text);
  });

  it('puts no marker at the beginning of a line, and changes no word', () => {
    const word = fc.oneof(
      fc.constantFrom('-', '+', '*', '1.', '#', '|', '>', 'a', 'longer', '`code`'),
      fc.string({ minLength: 1, maxLength: 12 }).filter((text) => /^[a-z]+$/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 30, maxLength: 80 }), (words) => {
        const text = ['start', ...words].join(' ');
        const lines = wrap(text).split('\n');
        expect(lines.join(' ').split(/\s+/)).to.deep.equal(text.split(/\s+/));
        for (const line of lines.slice(1)) expect(line).not.to.match(/^\s*([>|]|([-+*#]|\d+[.)])(\s|$))/);
        expect(wrap(lines.join('\n'))).to.equal(lines.join('\n'));
      }),
    );
  });
});
