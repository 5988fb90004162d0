/** The window of a verdict as a drawing whose edges are moved, by pointer, finger or keyboard. */
import { type Html, html } from '../../common/html.ts';
import type { Alarm } from '../watch/node-watch.ts';
import { chart, type Point } from './chart.ts';

/** Steps before and behind the alarm that the edges can reach. */
const AROUND = 8;

const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Where a verdict's window begins, and the grid that its edges move on. */
function pickable({ startMs, endMs, lastMs }: Pick<Alarm, 'startMs' | 'endMs' | 'lastMs'>, stepMs: number) {
  const lastAlarmMs = endMs ?? lastMs;
  return {
    fromMs: startMs - AROUND * stepMs,
    toMs: lastAlarmMs + AROUND * stepMs,
    // The row in which an alarm is raised covers the step before its time.
    startMs: startMs - stepMs,
    endMs: Math.max(lastAlarmMs, startMs),
  };
}

/** @param points the scores of the newest rows */
export function picker(alarm: Alarm, points: readonly Point[], stepMs: number): Html {
  const { fromMs, toMs, startMs, endMs } = pickable(alarm, stepMs);
  const within = points.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  const edge = (name: 'start' | 'end', label: string, value: number, least: number, most: number) =>
    html`<div class="edge ${name}" role="slider" tabindex="0" aria-label="${label}" aria-orientation="horizontal" aria-valuemin="${least}" aria-valuemax="${most}" aria-valuenow="${value}" aria-valuetext="${iso(value)}" data-name="${name}"></div>`;
  return html`<p class="note" id="picker-help">Drag the edges, or choose one and use the arrow keys; a step is a row of ${stepMs / 1000} s. The shaded part is the alarm.</p>
<div class="picker" data-from="${fromMs}" data-to="${toMs}" data-step="${stepMs}" role="group" aria-label="The window" aria-describedby="picker-help">${chart('score', within, alarm, 1, { fromMs, toMs })}<div class="window" aria-hidden="true"></div>${edge('start', 'Its beginning', startMs, fromMs, endMs - stepMs)}${edge('end', 'Its end', endMs, startMs + stepMs, toMs)}</div>
<p>From <output id="start-shown">${iso(startMs)}</output> to <output id="end-shown">${iso(endMs)}</output></p><input type="hidden" name="start" value="${startMs}"><input type="hidden" name="end" value="${endMs}">`;
}
