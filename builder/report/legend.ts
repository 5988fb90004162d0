import { type Html, html } from '../../common/html.ts';
import type { Scenario } from './classes.ts';

/** A small picture of how something is drawn. */
export function swatch(className: string, letter?: string): Html {
  const text =
    letter === undefined
      ? undefined
      : html`<text class="letter" x="50%" y="11" text-anchor="middle">${letter}</text>`;
  return html`<svg class="swatch" aria-hidden="true" width="22" height="14"><rect class="${className}" width="100%" height="100%"/>${text}</svg>`;
}

export interface LegendItem {
  readonly className: string;
  readonly letter?: string;
  readonly text: string;
}

export function legend(items: readonly LegendItem[]): Html {
  return html`<ul class="legend">${items.map(
    ({ className, letter, text }) => html`<li>${swatch(className, letter)} ${text}</li>`,
  )}</ul>`;
}

/** How the scenarios are drawn. */
export function scenarioItems(scenarios: readonly Scenario[]): LegendItem[] {
  return scenarios.map(({ label, letter, colour }) => ({
    className: `shade ${colour}`,
    letter,
    text: label,
  }));
}

export const RECOVERY_ITEM: LegendItem = { className: 'recovery', text: 'recovery after an attack' };
export const BENIGN_ITEM: LegendItem = { className: 'benign', text: 'benign workload' };
