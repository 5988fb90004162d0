import type { z } from 'zod';
import type { StorageKind } from './kind.ts';
import type { Disk } from './local/disk.ts';
import { STORAGES } from './registry.ts';
import type { Storage } from './storage.ts';

type Kinds = (typeof STORAGES)[number];
type Section<Kind> = Kind extends { readonly section: infer Schema extends z.ZodType } ? Schema : never;
type WithSection = Exclude<Kinds, { readonly section: undefined }>;

/** Paths first. */
const kinds: readonly StorageKind[] = [...STORAGES].sort(
  (a: StorageKind, b: StorageKind) => Number(a.scheme !== undefined) - Number(b.scheme !== undefined),
);

/** What a configuration may tell of how to reach each kind of place: a schema for each, none of which must be there. */
export const storageSections = Object.fromEntries(
  kinds.flatMap(({ kind, section }) => (section === undefined ? [] : [[kind, section.prefault({})]])),
) as { readonly [Kind in WithSection as Kind['kind']]: z.ZodPrefault<Section<Kind>> };

/** How to reach each kind of place: the configuration's sections, by the kinds. */
export type StorageConfig = { readonly [Kind in WithSection as Kind['kind']]: z.output<Section<Kind>> };

function kindOf(place: string): StorageKind {
  const kind =
    kinds.find(({ scheme }) => scheme !== undefined && place.startsWith(scheme)) ??
    kinds.find(({ scheme }) => scheme === undefined);
  if (kind === undefined) throw new Error('no kind of storage has paths for its places');
  return kind;
}

/** Whether a place is a path of this machine: then it is relative to something. */
export function isPath(place: string): boolean {
  return kindOf(place).scheme === undefined;
}

/** What a place may be, for help texts. */
export const PLACE_SHAPES = kinds.map(({ shape }) => shape).join(', or ');

/** The sections of a configuration that tell how to reach a place, for help texts. */
export const SECTIONS_HELP = kinds
  .flatMap(({ kind, scheme, section }) =>
    section === undefined ? [] : [`${kind} section says how to reach ${scheme}…`],
  )
  .join(', whose ');

/**
 * Where a dataset is, or is to be.
 *
 * @param place see {@link PLACE_SHAPES}
 * @param config how to reach it; a section that is missing tells nothing
 * @param disk how a folder is changed
 * @throws {BuilderError} `config` for an address that is none
 */
export async function openStorage(
  place: string,
  config: Partial<StorageConfig> = {},
  disk?: Disk,
): Promise<Storage> {
  const { kind, section, open } = kindOf(place);
  const own = section && ((config as Readonly<Record<string, unknown>>)[kind] ?? section.parse({}));
  return open(place, own, disk);
}
