import { type Html, html } from '../../common/html.ts';
import type { Alarm } from '../watch/node-watch.ts';

const WIDTH = 640;
const HEIGHT = 120;

/** A row's time and its value in a drawing. */
export interface Point {
  readonly timeMs: number;
  /** NaN where there is none. */
  readonly value: number;
}

const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : '–');

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A line over the newest rows, with the alarm shaded; a label with the same for those who do not see it. */
export function chart(
  name: string,
  points: readonly Point[],
  { startMs, endMs, lastMs }: Pick<Alarm, 'startMs' | 'endMs' | 'lastMs'>,
  limit?: number,
  span?: Span,
): Html {
  const known = points.filter(({ value }) => Number.isFinite(value));
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || known.length === 0)
    return html`<figure><figcaption><code>${name}</code></figcaption><p>No value is known.</p></figure>`;
  const { fromMs, toMs } = span ?? { fromMs: first.timeMs, toMs: last.timeMs };
  const values = [...known.map(({ value }) => value), ...(limit === undefined ? [] : [limit])];
  const [low, high] = [Math.min(0, ...values), Math.max(...values)];
  const range = high - low || 1;
  const length = toMs - fromMs || 1;
  const x = (ms: number) => (WIDTH * (Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / length;
  const y = (value: number) => HEIGHT - (HEIGHT * (value - low)) / range;
  // A value that is missing breaks the line.
  let isPen = false;
  const path = points
    .map(({ timeMs, value }) => {
      const draws = Number.isFinite(value);
      const command = draws ? `${isPen ? 'L' : 'M'}${x(timeMs).toFixed(1)} ${y(value).toFixed(1)}` : '';
      isPen = draws;
      return command;
    })
    .join('');
  const from = x(startMs);
  const to = Math.max(x(endMs ?? lastMs), from + 2);
  // An alarm that was over before the rows that are shown began has no place among them.
  const isShown = (endMs ?? lastMs) >= fromMs && startMs <= toMs;
  const shade = isShown
    ? html`<rect class="shade" x="${from.toFixed(1)}" width="${(to - from).toFixed(1)}" height="${HEIGHT}"/>`
    : html``;
  const label = `${name}: ${short(known.at(0)?.value ?? Number.NaN)} at first, ${short(known.at(-1)?.value ?? Number.NaN)} now, between ${short(Math.min(...known.map(({ value }) => value)))} and ${short(Math.max(...known.map(({ value }) => value)))}`;
  const line =
    limit === undefined
      ? html``
      : html`<line class="limit" x1="0" x2="${WIDTH}" y1="${y(limit).toFixed(1)}" y2="${y(limit).toFixed(1)}"/>`;
  return html`<figure><figcaption><code>${name}</code> <span class="note">${short(low)} to ${short(high)}</span></figcaption><svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${shade}${line}<path class="line" d="${path}"/></svg></figure>`;
}
