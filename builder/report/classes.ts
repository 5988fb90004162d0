import { attackClasses } from '../../dataset/metadata/describe.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';

/** Colours there are; further scenarios use them again, and differ by their letters. */
const COLOURS = 8;
const LETTERS = 26;

/** How a scenario is drawn: by colour and by letter, so that nobody depends on the colour. */
export interface Scenario {
  readonly label: string;
  readonly letter: string;
  /** The CSS class of its colour. */
  readonly colour: string;
}

function letterOf(index: number): string {
  const round = Math.floor(index / LETTERS);
  return String.fromCharCode(65 + (index % LETTERS)) + (round === 0 ? '' : String(round));
}

export function scenariosOf(manifest: Manifest): Scenario[] {
  return attackClasses(manifest).map((label, i) => ({
    label,
    letter: letterOf(i),
    colour: `k${i % COLOURS}`,
  }));
}

/** What the rows of a bin are: an attack wins over a benign workload, that over recovery. */
export const MARK = { none: 0, normal: 1, recovery: 2, benign: 3, attack: 4 } as const;

/** A mark, and for attacks which scenario: MARK.attack is the first. */
export type Mark = number;
