/** How datasets that are to be joined are named on the command line, and what their names become. */
import { basename } from 'node:path';
import { UsageError } from '../../common/cli.ts';

/** A dataset as the command line names it. */
export interface NamedPlace {
  readonly lab: string;
  readonly place: string;
}

const LAB = /^[A-Za-z0-9][\w.-]{0,39}$/;

/**
 * `berlin=./a`, or a place that is called after its folder.
 *
 * @throws {UsageError} for a name that is none, or is there twice
 */
export function namedPlaces(texts: readonly string[]): NamedPlace[] {
  const named = texts.map((text) => {
    const [, lab, place] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    return lab === undefined || place === undefined
      ? { lab: basename(text.replace(/\/+$/, '')), place: text }
      : { lab, place };
  });
  for (const { lab, place } of named)
    if (!LAB.test(lab))
      throw new UsageError(
        `${JSON.stringify(lab.slice(0, 60))} is no name of a lab: write NAME=${place}, with 1 to 40 letters, digits, _ . and -`,
      );
  const twice = named.find(({ lab }, i) => named.findIndex((other) => other.lab === lab) !== i);
  if (twice !== undefined)
    throw new UsageError(
      `two datasets are called ${twice.lab}: write NAME=${twice.place} to tell them apart`,
    );
  if (named.length < 2) throw new UsageError('join takes two datasets or more');
  return named;
}

/** What a cluster of a lab is called in the joined dataset: `lab`, or `lab/cluster`. */
export const clusterIn = (lab: string, cluster: string | null) =>
  cluster === null ? lab : `${lab}/${cluster}`;
export const nameIn = (lab: string, name: string) => `${lab}/${name}`;
