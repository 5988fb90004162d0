import { type Html, html } from '../../../common/html.ts';
import { recordOf } from '../../../common/records.ts';
import { UNLABELLED } from '../../../dataset/summary/accounts.ts';
import { type LegendItem, legend, swatch } from '../legend.ts';
import { formatCount, formatShare } from '../numbers.ts';
import { bar, laneRow, percent, strip } from '../strip.ts';
import type { View } from '../view.ts';

const HEIGHT = 20;

/** The parts in the order in which they are used. */
const ORDER = ['train', 'validation', 'test', 'embargo'];

/** Narrower bars have no room for a letter. */
const LETTER_SHARE = 0.03;

type Items = ReturnType<typeof itemsOf>;
type Counts = Readonly<Record<string, number>>;

function itemsOf({ manifest, scenarios }: View): (LegendItem & { readonly label: string })[] {
  const drawn = new Map(scenarios.map(({ label, colour, letter }) => [label, { className: colour, letter }]));
  const rest = Object.keys(manifest.classBalance).filter((label) => !drawn.has(label));
  // What is no attack first, so that the attacks stand together.
  return [...rest, ...drawn.keys()].map((label) => ({
    label,
    text: label,
    ...(drawn.get(label) ?? { className: label === UNLABELLED ? 'unlabelled' : 'normal' }),
  }));
}

function stack(name: string, counts: Counts, items: Items): Html {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  let at = 0;
  const bars = items.flatMap(({ label, className, letter }) => {
    const count = counts[label] ?? 0;
    if (count === 0) return [];
    const from = at / total;
    at += count;
    const title = `${label}: ${formatCount(count)} rows, ${formatShare(count, total)}`;
    const drawn = bar({ from, to: at / total, className, title });
    if (letter === undefined || count / total < LETTER_SHARE) return [drawn];
    const middle = percent(from + count / total / 2);
    return [drawn, html`<text class="letter" x="${middle}" y="14" text-anchor="middle">${letter}</text>`];
  });
  const words = items.map(({ label }) => `${label} ${formatShare(counts[label] ?? 0, total)}`).join(', ');
  return laneRow(name, strip(`${name}: ${words}`, HEIGHT, bars), `${formatCount(total)} rows`);
}

function tableOf({ manifest }: View, parts: readonly string[], items: Items): Html {
  const { classBalance, split, rows } = manifest;
  const body = items.map(({ label, className, letter }) => {
    const cells = parts.map((part) => {
      const count = split.classBalance[part]?.[label] ?? 0;
      return html`<td>${formatCount(count)}</td><td class="note">${formatShare(count, split.rows[part] ?? 0)}</td>`;
    });
    const count = classBalance[label] ?? 0;
    return html`<tr><th scope="row">${swatch(className, letter)} ${label}</th><td>${formatCount(count)}</td><td class="note">${formatShare(count, rows)}</td>${cells}</tr>`;
  });
  const heads = ['all', ...parts].map((part) => html`<th scope="colgroup" colspan="2">${part}</th>`);
  return html`<div class="scroll" tabindex="0"><table><caption>Rows of each class, and their share of the part</caption>
<thead><tr><th scope="col">label</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Classes that a part lacks, though it has rows: a model can neither learn nor be judged there. */
function absent({ manifest, scenarios }: View, parts: readonly string[]): Html | undefined {
  const { split } = manifest;
  const lines = parts
    .filter((part) => part !== 'embargo')
    .flatMap((part) => {
      const missing = scenarios
        .filter(({ label }) => !split.classBalance[part]?.[label])
        .map(({ label }) => label);
      return missing.length === 0 ? [] : `${part} has no rows of ${missing.join(', ')}`;
    });
  return lines.length === 0 ? undefined : html`<p class="note">${lines.join('; ')}.</p>`;
}

export function classesSection(view: View): Html {
  const { split, classBalance } = view.manifest;
  const names = Object.keys(split.rows);
  const parts = [
    ...ORDER.filter((part) => names.includes(part)),
    ...names.filter((part) => !ORDER.includes(part)),
  ];
  const items = itemsOf(view);
  const bars = [
    stack('all', classBalance, items),
    ...parts.map((part) => stack(part, split.classBalance[part] ?? recordOf(), items)),
  ];
  return html`<section id="classes"><h2>Class balance</h2>
<p class="lead">Share of each class in all rows and in each part of the split, which is ${split.by === 'joined' ? 'that of each lab' : `by ${split.by}`}. Rows in the embargo belong to no part.</p>
${legend(items)}<div class="lanes">${bars}</div>${absent(view, parts)}${tableOf(view, parts, items)}</section>`;
}
