import { blocksOf, type Page } from '../documents/pages.ts';
import { architecturePicture } from './architecture.ts';
import { labelsPicture } from './labels-and-phases.ts';
import { oneRowPicture } from './one-row.ts';
import { terminalPicture } from './terminal.ts';

/** The pictures that are drawn, not photographed: by `npm run generate`, as all that follows from the code. */
export function drawnPictures(readme: Page): Readonly<Record<string, string>> {
  const demo = blocksOf(readme).find(({ text }) => text.startsWith('What changed'));
  if (demo === undefined) throw new Error('README.md does not show what the demo prints');
  return {
    'architecture.svg': architecturePicture(),
    'one-row.svg': oneRowPicture(),
    'labels-and-phases.svg': labelsPicture(),
    'demo.svg': terminalPicture('npm run demo', demo.text),
  };
}
