import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readPages } from '../../tools/documents/pages.ts';
import { ROOT } from '../support/paths.ts';

const DOCUMENTS = readPages(ROOT);

/** The name under which GitHub links a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorsOf(text: string): string[] {
  return [...text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  );
}

describe('documents', () => {
  for (const { path: document, text } of DOCUMENTS) {
    it(`${document}: links lead somewhere`, () => {
      const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
      const broken = links.filter(([, path = '', anchor]) => {
        const target = path === '' ? document : join(dirname(document), path);
        if (!existsSync(join(ROOT, target))) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(join(ROOT, target), 'utf8')).includes(anchor);
      });
      expect(broken.map(([link]) => link)).to.deep.equal([]);
    });

    it(`${document}: the tests that it names are there`, () => {
      const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
      expect(named.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
    });
  }

  it('every page is in the index', () => {
    const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
    const pages = DOCUMENTS.map(({ path }) => path).filter((path) => /^docs\/.+\//.test(path));
    expect(pages.filter((path) => !index.includes(`](${path.replace('docs/', '')})`))).to.deep.equal([]);
  });

  it('SECURITY.md names a test for each promise', () => {
    const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
    const [, promised = ''] = /^## What is promised\n(.*?)^## /ms.exec(text) ?? [];
    const rows = promised
      .split('\n')
      .filter((line) => /^\| .* \|$/.test(line) && !line.includes('| held by |'));
    expect(rows.length).to.be.greaterThan(10);
    expect(rows.filter((row) => !/\| `test\/[^|]*\|$/.test(row))).to.deep.equal([]);
  });
});
