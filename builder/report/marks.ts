/** Attacks, benign workloads and recovery of a node over time. */

import { type Html, html } from '../../common/html.ts';
import { runsOf } from './bins.ts';
import { MARK } from './classes.ts';
import type { Lane } from './collect.ts';
import { bar, percent } from './strip.ts';
import { readableTime } from './time-axis.ts';
import type { View } from './view.ts';

/** Narrower windows have no room for a letter. */
const LETTER_SHARE = 0.02;
const HEAD = 3;

/** One window as it is drawn behind the lines of features. */
function windowOf({ bins, scenarios }: View, mark: number, first: number, end: number): Html[] {
  const span = { from: first / bins.count, to: end / bins.count };
  const times = [first, end].map((bin) => readableTime(bins.startMs + bin * bins.binMs)).join(' to ');
  if (mark === MARK.recovery) return [bar({ ...span, className: 'recovery', title: `recovery, ${times}` })];
  if (mark === MARK.benign)
    return [bar({ ...span, className: 'benign', title: `benign workload, ${times}` })];
  const scenario = scenarios[mark - MARK.attack];
  if (mark < MARK.attack || scenario === undefined) return [];
  const { colour, label, letter } = scenario;
  const middle = percent((span.from + span.to) / 2);
  return [
    bar({ ...span, className: `shade ${colour}`, title: `${label}, ${times}` }),
    bar({ ...span, className: `head ${colour}`, height: HEAD }),
    ...(span.to - span.from < LETTER_SHARE
      ? []
      : [html`<text class="letter" x="${middle}" y="13" text-anchor="middle">${letter}</text>`]),
  ];
}

/** What happened on a node, for a figure of any size. */
export function marksOf(view: View, { marks }: Lane): Html[] {
  return runsOf(marks).flatMap(([mark, first, end]) => windowOf(view, mark, first, end));
}
