/** Bars over time, in an SVG without a view box: widths are shares, so that texts and hatching are never stretched. */
import { type Html, html } from '../../common/html.ts';

const PERCENT = 100;

/** A share of a whole as an SVG or CSS length. */
export function percent(share: number): string {
  return `${Number((PERCENT * share).toFixed(3))}%`;
}

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly className: string;
  /** What a pointer that rests on it is told. */
  readonly title?: string;
  readonly y?: number;
  readonly height?: number;
}

/** One bar of a strip; `from` and `to` are shares of its width. */
export function bar({ from, to, className, title, y = 0, height }: Bar): Html {
  const size = height === undefined ? '100%' : String(height);
  const inner = title === undefined ? undefined : html`<title>${title}</title>`;
  return html`<rect class="${className}" x="${percent(from)}" y="${y}" width="${percent(to - from)}" height="${size}">${inner}</rect>`;
}

/** A strip of bars that is described in words. */
export function strip(label: string, height: number, content: readonly Html[]): Html {
  return html`<svg class="strip" role="img" aria-label="${label}" width="100%" height="${height}">${content}</svg>`;
}

/** A strip between its name and its figure; on a phone below both. */
export function laneRow(name: Html | string, figure: Html, text: string): Html {
  return html`<div class="lane"><div class="name">${name}</div>${figure}<div class="figure">${text}</div></div>`;
}
