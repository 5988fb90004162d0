import { Html, html } from '../../common/html.ts';
import { datasetName, describe } from '../../dataset/metadata/describe.ts';
import { classesSection } from './sections/classes.ts';
import { coverageSection } from './sections/coverage.ts';
import { featuresSection } from './sections/features.ts';
import { missingSection } from './sections/missing.ts';
import { separationSection } from './sections/separation.ts';
import { statisticsSection } from './sections/statistics.ts';
import { summarySection } from './sections/summary.ts';
import { STYLE } from './style.ts';
import type { View } from './view.ts';

/** Nothing is loaded and nothing runs, whatever a name in the data tries. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const PATTERNS = html`<svg aria-hidden="true" width="0" height="0" style="position:absolute"><defs>
<pattern id="recovery" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.4" height="5" fill="var(--recovery)" fill-opacity="0.75"/></pattern>
<pattern id="empty" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" fill="var(--hollow)"/><rect width="2" height="6" fill="var(--warn)" fill-opacity="0.7"/></pattern>
</defs></svg>`;

const CONTENTS = [
  ['summary', 'Summary'],
  ['coverage', 'Coverage'],
  ['classes', 'Class balance'],
  ['auc', 'Single-feature AUC'],
  ['features', 'Features over time'],
  ['missing', 'Missing values'],
  ['statistics', 'Statistics'],
] as const;

/** The whole document: the same view gives the same bytes. */
export function page(view: View): string {
  const { manifest } = view;
  const name = datasetName(manifest);
  const links = CONTENTS.map(([id, title]) => html`<a href="#${id}">${title}</a>`);
  return `${
    html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${name}: dataset report</title><style>${new Html(STYLE)}</style></head><body>${PATTERNS}
<header><p class="eyebrow">Dataset report</p><h1>${name}</h1><p class="lead">${describe(manifest)}</p><nav aria-label="Contents">${links}</nav></header>
<main>
${summarySection(view)}
${coverageSection(view)}
${classesSection(view)}
${separationSection(view)}
${featuresSection(view)}
${missingSection(view)}
${statisticsSection(view)}
</main>
<footer>Drawn by ${manifest.builder} from the files that manifest.json names. <code>kubevigil-builder verify</code> recomputes what it says of them.</footer>
</body></html>`.text
  }\n`;
}
