/** Drawings as SVG texts that adapt to light and dark pages; the same drawing is the same bytes. */

const STYLE = `
.page { fill: #ffffff; } .ink { fill: #1b2127; } .soft { fill: #5a6672; } .line { stroke: #5a6672; fill: none; } .rule { stroke: #dde1e6; fill: none; }
.box { fill: #f1f4f7; stroke: #8a97a3; } .mark { fill: #23405e; } .attack { fill: #d55e00; } .data { fill: #0072b2; } .calm { fill: #b9bfc6; }
.recovery { fill: #79838e; } .shade { fill: #0072b2; fill-opacity: 0.14; } .hot { fill: #d55e00; fill-opacity: 0.14; } .hollow { fill: #ffffff; stroke: #5a6672; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; } .ink { fill: #e5e9ed; } .soft { fill: #9ba7b3; } .line { stroke: #9ba7b3; } .rule { stroke: #2c343d; }
.box { fill: #171c22; stroke: #59636d; } .mark { fill: #cfe3f7; } .attack { fill: #f08a4b; } .data { fill: #4fa9e3; } .calm { fill: #59636d; }
.recovery { fill: #8f9aa5; } .shade { fill: #4fa9e3; fill-opacity: 0.2; } .hot { fill: #f08a4b; fill-opacity: 0.2; } .hollow { fill: #0d1117; stroke: #9ba7b3; }
}`;

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const rounded = (value: number) => String(Math.round(value * 10) / 10);

export function rect(x: number, y: number, width: number, height: number, name: string, radius = 0): string {
  const [left, top, wide, high] = [x, y, width, height].map(rounded);
  return `<rect x="${left}" y="${top}" width="${wide}" height="${high}" class="${name}"${radius > 0 ? ` rx="${radius}"` : ''}/>`;
}

export function circle(x: number, y: number, radius: number, name: string): string {
  return `<circle cx="${rounded(x)}" cy="${rounded(y)}" r="${radius}" class="${name}"/>`;
}

/** A line through points, with an arrow at its end unless it is plain. */
export function path(points: readonly (readonly [number, number])[], name = 'line', isPlain = false): string {
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join(' ');
  return `<path d="${d}" class="${name}"${isPlain ? '' : ' marker-end="url(#arrow)"'}/>`;
}

interface TextOptions {
  readonly name?: 'ink' | 'soft' | 'attack' | 'data';
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly isBold?: boolean;
  readonly size?: number;
  /** Whether spaces are kept as they are. */
  readonly isPre?: boolean;
}

export function text(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { name = 'ink', anchor = 'start', isBold = false, size = 13, isPre = false } = options;
  const weight = `${isBold ? ' font-weight="600"' : ''}${isPre ? ' xml:space="preserve" style="white-space:pre"' : ''}`;
  return `<text x="${rounded(x)}" y="${rounded(y)}" class="${name}" text-anchor="${anchor}" font-size="${size}"${weight}>${escaped(content)}</text>`;
}

/** A whole drawing; `title` is what is read to those who do not see it. */
export function drawing(
  width: number,
  height: number,
  title: string,
  body: readonly string[],
  mono = false,
): string {
  const font = mono
    ? 'ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace'
    : 'system-ui, Segoe UI, Noto Sans, sans-serif';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="${font}">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" class="soft"/></marker></defs>',
    rect(0, 0, width, height, 'page'),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}
