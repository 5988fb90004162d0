/** Makes sure, before a dataset with pseudonyms is committed, that nothing in it tells a name that they are to hide. */

import { BuilderError } from '../../common/errors.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { type Table, textColumn } from '../../dataset/model/table.ts';
import type { BuildConfig } from '../config/schema.ts';
import { sourceOfKind } from '../label-sources/configured.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import type { TextKind } from '../names/told-names.ts';

/** A text that others gave, and where a dataset shows it. */
interface Shown {
  readonly text: string;
  readonly place: string;
  readonly kind: TextKind;
}

/** Columns of texts that come from label sources as they are. A scenario may well be called as a namespace is. */
const ROW_TEXTS = { label: 'prose', episode: 'given', role: 'given', run: 'given' } as const;
/** And those of events, whose rules people name. */
const EVENT_TEXTS = { rule: 'given' } as const;
const TEXTS = { ...ROW_TEXTS, ...EVENT_TEXTS } as const;

/** The different texts of a dataset's rows. */
export class RowTexts {
  readonly #texts = new Map<string, Set<string>>(Object.keys(TEXTS).map((name) => [name, new Set()]));

  add(table: Table): void {
    this.#addColumns(table, Object.keys(ROW_TEXTS));
  }

  /** Those of events that stand beside the rows. */
  addEvents(table: Table): void {
    this.#addColumns(table, Object.keys(EVENT_TEXTS));
  }

  #addColumns(table: Table, names: readonly string[]): void {
    for (const name of names)
      for (const text of textColumn(table, name).texts) if (text !== null) this.#texts.get(name)?.add(text);
  }

  *shown(): Generator<Shown> {
    for (const [name, texts] of this.#texts) {
      const kind = TEXTS[name as keyof typeof TEXTS];
      for (const text of texts) yield { text, place: `column ${name} of the rows`, kind };
    }
  }
}

/** What a manifest says in others' words; the card, croissant.json and the report say the same. */
function* shownBy(manifest: Manifest, matchers: BuildConfig['selector']): Generator<Shown> {
  const given = (place: string, ...texts: readonly (string | undefined)[]) =>
    texts.flatMap((text) => (text === undefined ? [] : [{ text, place, kind: 'given' as const }]));
  for (const { name, type, metric, help, unit, promql } of manifest.columns) {
    if (type !== 'double' || metric !== undefined) continue;
    yield* given(`columns: ${name}`, name, help, unit);
    if (promql !== undefined) yield { text: promql, place: `columns: ${name}`, kind: 'expression' };
  }
  for (const { value } of matchers)
    yield { text: JSON.stringify(value), place: 'selector', kind: 'expression' };
  for (const source of manifest.labels) {
    const kinds = sourceOfKind(source.kind)?.shown ?? {};
    for (const [key, kind] of Object.entries(kinds))
      yield { text: String(source[key] ?? ''), place: 'labels', kind };
  }
  for (const { kept, ignored, keptFrom, ignoredFrom } of manifest.conflicts)
    yield* given('conflicts', kept, ignored, keptFrom, ignoredFrom);
  for (const { chain, stages } of manifest.chains ?? [])
    yield* given('chains', chain, ...stages.map(({ stage }) => stage));
  for (const { episode } of manifest.split.blocks ?? []) yield* given('split', episode);
  yield* given('seed', manifest.split.seed);
  const about = Object.values(manifest.about ?? {}).filter((text) => typeof text === 'string');
  for (const text of about) yield { text, place: 'about', kind: 'prose' };
  for (const { name, text } of manifest.provenance ?? []) yield* given(`provenance ${name}`, text);
  for (const text of manifest.warnings) yield { text, place: 'warnings', kind: 'prose' };
}

/**
 * @param matchers those of the selector, as the dataset shows them
 * @throws {BuilderError} `config`, naming where a name would show
 */
export function checkHidden(
  pseudonyms: Pseudonyms,
  manifest: Manifest,
  rows: RowTexts,
  matchers: BuildConfig['selector'],
): void {
  for (const { text, place, kind } of [...rows.shown(), ...shownBy(manifest, matchers)]) {
    const name = pseudonyms.told.in(text, kind);
    if (name === undefined) continue;
    throw new BuilderError(
      'config',
      `pseudonymise: ${place}: ${JSON.stringify(text)} tells the name ${name}, which is to be hidden, and the dataset would show it: say it otherwise`,
    );
  }
}
