import { CARD, CROISSANT, provenancePath } from '../model/file-names.ts';
import type { Manifest } from '../model/manifest.ts';
import { card } from './card.ts';
import { croissant } from './croissant.ts';

/** A file that says in other words what the manifest says. */
export interface MetadataFile {
  /** Relative to the dataset's folder. */
  readonly path: string;
  readonly text: string;
}

export const METADATA_FILES: readonly string[] = [CROISSANT, CARD];

/**
 * The files that stand beside a dataset's manifest: they follow from it alone, so that `verify` can compare every byte.
 * Whoever writes a manifest writes these just before it.
 */
export function metadataOf(manifest: Manifest): MetadataFile[] {
  return [
    { path: CROISSANT, text: `${JSON.stringify(croissant(manifest), null, 2)}\n` },
    { path: CARD, text: card(manifest) },
    ...(manifest.provenance ?? []).map(({ name, text }) => ({ path: provenancePath(name), text })),
  ];
}
