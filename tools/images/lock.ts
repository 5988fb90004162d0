import { parse } from 'yaml';
import { z } from 'zod';

/** Digests by image and tag; null where nobody could be asked yet. */
export type ImageLock = ReadonlyMap<string, string | null>;

export const LOCK_FILE = 'manifests/images.yaml';

const schema = z.record(
  z.string().min(1),
  z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'is no digest')
    .nullable(),
);

/** @throws {Error} one line, when the text is no such file */
export function parseLock(text: string): ImageLock {
  const { data, error } = schema.safeParse(parse(text));
  if (data !== undefined) return new Map(Object.entries(data));
  const [issue] = error.issues;
  throw new Error(`${LOCK_FILE}: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The file with other digests; its comments stay. */
export function withDigests(text: string, lock: ImageLock): string {
  return text.replace(/^([^#\s].*): (\S+)$/gm, (line, image: string) =>
    lock.has(image) ? `${image}: ${lock.get(image)}` : line,
  );
}

/** Where a Dockerfile or a manifest names an image: what leads to it, its name, and its digest if it has one. */
const NAMED = /^(ARG \w+=|FROM |[ -]*image: )(?![$]|kubevigil:)([^\s@]+)(@sha256:[0-9a-f]{64})?$/gm;

/** The images of others that a text names, without digests. */
export function imagesIn(text: string): string[] {
  return [...text.matchAll(NAMED)].map(([, , image = '']) => image);
}

/**
 * A text whose images have the digests that are known. The tag stays, for people: who pulls goes by the digest.
 *
 * @throws {Error} when the text names an image that the file does not have
 */
export function pinned(text: string, lock: ImageLock): string {
  return text.replace(NAMED, (_, before: string, image: string) => {
    const digest = lock.get(image);
    if (digest === undefined) throw new Error(`${LOCK_FILE} does not have ${image}: add it, with null`);
    return `${before}${image}${digest === null ? '' : `@${digest}`}`;
  });
}
