import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const AT_ROOT = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'STYLE.md',
  'manifests/README.md',
  'samples/README.md',
];

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** All pages that people read, those that are generated too; the change log and runbooks are not among them. */
export function readPages(root: string): Page[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .sort();
  return [...AT_ROOT, ...below].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Whether a program writes the page, so that its wording is that of the code it is made of. */
export function isGenerated({ text }: Page): boolean {
  return /^<!-- (Generated|Written) by /.test(text);
}

export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf({ text }: Page): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
}

/** The page without fenced and indented blocks and comments. */
export function proseOf({ text }: Page): string {
  return text
    .replace(/^```\w*\n.*?^```$/gms, '')
    .replace(/<!--.*?-->/gs, '')
    .replace(/^ {4}\S.*$/gm, '');
}
