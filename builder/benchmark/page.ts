/** leaderboard/index.html: the results of all models as one page, without scripts. */
import { Html, html } from '../../common/html.ts';
import { datasetName } from '../../dataset/metadata/describe.ts';
import { protocol } from '../../dataset/metadata/protocol.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { STYLE } from '../report/style.ts';
import { inOrder, type Result } from './result.ts';
import { cells, HEAD, ofRows } from './table.ts';

/** Nothing is loaded and nothing runs, whatever a model is called. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** Marks of Markdown, which the sentences of the card have. */
const unmarked = (text: string) => text.replaceAll('`', '').replaceAll(/\\([\\*_[\]|~#!])/g, '$1');

function row(result: Result): Html {
  const [model = '', ...others] = cells(result);
  const kind = result.kind === 'baseline' ? 'baseline' : 'scores given';
  return html`<tr><th scope="row">${model} <span class="badge">${kind}</span></th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>`;
}

/** The whole document: the same results give the same bytes. */
export function leaderboardPage(manifest: Manifest, results: readonly Result[]): string {
  const name = datasetName(manifest);
  const ordered = inOrder(results);
  const [first] = ordered;
  const notes = ordered.flatMap(({ model, notes: own }) =>
    own.map((note) => html`<li>${model}: ${note}</li>`),
  );
  return `${
    html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${name}: leaderboard</title><style>${new Html(STYLE)}</style></head><body>
<header><p class="eyebrow">Leaderboard</p><h1>${name}</h1><p class="lead">${first === undefined ? 'No model has been judged on these rows.' : ofRows(first)}</p></header>
<main>
<section><h2>Models</h2><div class="scroll" tabindex="0" role="region" aria-label="Models"><table><caption>Rows with digest <code>${manifest.rowsDigest}</code></caption>
<thead><tr>${HEAD.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${ordered.map(row)}</tbody></table></div>
${notes.length === 0 ? undefined : html`<ul class="warnings">${notes}</ul>`}</section>
<section><h2>Protocol</h2><ol>${protocol(manifest).map((sentence) => html`<li>${unmarked(sentence)}</li>`)}</ol></section>
</main>
<footer><code>kubevigil-builder baseline</code> learns the baselines, <code>kubevigil-builder score</code> judges scores that others give.</footer>
</body></html>`.text
  }\n`;
}
