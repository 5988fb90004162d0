/**
 * Colours that are told apart with any kind of colour vision (Okabe and Ito's palette, without the yellow that is lost on white).
 * Lines also differ by dashes, so that they are told apart without any colour.
 *
 * @see https://jfly.uni-koeln.de/color/
 */
const PALETTE = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00'] as const;

/** Dash and gap in pixels; the first line is solid. */
const DASHES: readonly (readonly number[])[] = [[], [10, 6], [2, 4], [14, 4, 2, 4], [6, 3], [1, 6]];

/** What is as it should be, and what is not: blue and vermilion, never green and red. */
export const CALM = '#56B4E9';
export const ALARM = '#D55E00';

/** Colour and dashes of the i-th line of a panel. */
export function lineLook(i: number): { readonly colour: string; readonly dash: readonly number[] } {
  return { colour: PALETTE[i % PALETTE.length] ?? CALM, dash: DASHES[i % DASHES.length] ?? [] };
}
