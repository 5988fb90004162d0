import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ROOT } from './paths.ts';

/** Others may go through a folder. */
const SEARCHABLE = 0o001;

/** Why others than root cannot run what is in this tree, as in the home of root; undefined when they can. */
export function closedTree(): string | undefined {
  for (let folder = ROOT; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & SEARCHABLE) === 0) return `${folder} is closed to others than its owner`;
    if (folder === dirname(folder)) return undefined;
  }
}
