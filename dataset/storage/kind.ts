import type { z } from 'zod';
import type { Disk } from './local/disk.ts';
import type { Storage } from './storage.ts';

/** A kind of place that a dataset can be in: all that the builder knows of it. To add one, add a folder here and run `npm run generate`. */
export interface StorageKind<
  Kind extends string = string,
  Section extends z.ZodType | undefined = z.ZodType | undefined,
> {
  /** Its folder's name here, and its section's in the configuration. */
  readonly kind: Kind;
  /** What its places begin with; undefined where they are paths of this machine, which are taken as relative to something. */
  readonly scheme: string | undefined;
  /** How help texts name such a place. */
  readonly shape: string;
  /** What the configuration may tell of how to reach it; undefined where there is nothing to tell. */
  readonly section: Section;
  /**
   * Heavy libraries are imported in here, so that those alone pay for them who use them.
   *
   * @param config the section, checked
   * @param disk how this machine's folders are changed
   * @throws {BuilderError} `config` when the place is no such place
   */
  open(
    place: string,
    config: Section extends z.ZodType ? z.output<Section> : undefined,
    disk: Disk | undefined,
  ): Promise<Storage>;
}

/** Lets a kind's name and section decide the type of the configuration. */
export function storageKind<const Kind extends string, Section extends z.ZodType | undefined>(
  kind: StorageKind<Kind, Section>,
): StorageKind<Kind, Section> {
  return kind;
}
