import { type Html, html } from '../../common/html.ts';
import { percent } from './strip.ts';
import type { TimeTick } from './time-axis.ts';

/** Ticks nearer than this to an end are written inwards, so that they do not stand out of the figure. */
const NEAR_END = 0.04;

function anchor(share: number): string {
  if (share < NEAR_END) return 'start';
  return share > 1 - NEAR_END ? 'end' : 'middle';
}

/** The times below a figure. */
export function timeAxis(ticks: readonly TimeTick[]): Html {
  const labels = ticks.map(
    ({ share, label }) =>
      html`<text x="${percent(share)}" y="11" text-anchor="${anchor(share)}">${label}</text>`,
  );
  return html`<svg class="axis" aria-hidden="true" width="100%" height="14">${labels}</svg>`;
}

/** The same times as lines through a figure. */
export function timeLines(ticks: readonly TimeTick[]): Html[] {
  return ticks.map(
    ({ share }) => html`<line class="grid" x1="${percent(share)}" x2="${percent(share)}" y1="0" y2="100%"/>`,
  );
}
