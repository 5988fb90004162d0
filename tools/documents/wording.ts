import { type Page, proseOf } from './pages.ts';

/** Private words for what the field has words for, with those: see STYLE.md. */
const TERMS: readonly (readonly [RegExp, string])[] = [
  [/\blook-?alikes?\b/i, 'benign workload'],
  [/\bha(s|ve|d) the say\b/i, 'takes precedence'],
  [/\bgoes before\b/i, 'takes precedence'],
  [/\bborn\b/i, 'a series starts'],
  [/\bholes?\b/i, 'retention gap, gap, weakness'],
  [/\bdear(er)?\b/i, 'expensive'],
  [/\bcompanions?\b/i, 'dataset card, metadata files'],
  [/\bjudge?ments?\b/i, 'labels and splits, verdict'],
  [/\bdeeds?\b/i, 'request'],
  [/\bglances?\b/i, 'quick check'],
  [/\busual\.yml\b/i, 'baselines.yml'],
];

/**
 * The terms of a text that are not to be in it, with what to write in their place.
 *
 * @internal exported for its own tests
 */
export function wrongTerms(text: string): string[] {
  const words = text.replace(/`[^`\n]*`/g, '').replace(/\]\([^)]*\)/g, ']');
  return TERMS.flatMap(([term, better]) => {
    const found = term.exec(words);
    return found === null ? [] : [`${found[0]}: write ${better}`];
  });
}

export function wrongTermsOf(page: Page): string[] {
  return wrongTerms(proseOf(page));
}
