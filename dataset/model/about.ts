/** What people want to say of a dataset; it changes no row. */
import { z } from 'zod';
import { nearest } from '../../common/nearest.ts';

/**
 * Licences as SPDX names them: those of the list that are made for data or texts, and those that software often has. Any other has a URL.
 *
 * @see https://spdx.org/licenses/
 */
const LICENCES = [
  ...[
    'CC0-1.0',
    'CC-BY-4.0',
    'CC-BY-SA-4.0',
    'CC-BY-NC-4.0',
    'CC-BY-NC-SA-4.0',
    'CC-BY-NC-ND-4.0',
    'CC-BY-ND-4.0',
  ],
  ...['CC-BY-3.0', 'CC-BY-SA-3.0', 'CC-BY-NC-3.0', 'CC-BY-NC-SA-3.0', 'CC-BY-ND-3.0', 'CC-BY-NC-ND-3.0'],
  ...['CC-BY-2.0', 'CC-BY-2.5', 'CC-BY-SA-2.0', 'CC-BY-SA-2.5', 'CC-PDDC'],
  ...['PDDL-1.0', 'ODbL-1.0', 'ODC-By-1.0', 'CDLA-Permissive-1.0', 'CDLA-Permissive-2.0', 'CDLA-Sharing-1.0'],
  ...[
    'C-UDA-1.0',
    'O-UDA-1.0',
    'DL-DE-BY-2.0',
    'DL-DE-ZERO-2.0',
    'etalab-2.0',
    'NLOD-2.0',
    'OGL-UK-3.0',
    'OGL-Canada-2.0',
  ],
  ...[
    'GFDL-1.3-only',
    'GFDL-1.3-or-later',
    'MIT',
    'MIT-0',
    '0BSD',
    'ISC',
    'Unlicense',
    'Apache-2.0',
    'WTFPL',
    'Zlib',
  ],
  ...[
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BSD-3-Clause-Clear',
    'BSL-1.0',
    'EPL-2.0',
    'EUPL-1.2',
    'MPL-2.0',
    'MS-PL',
    'NCSA',
  ],
  ...[
    'GPL-2.0-only',
    'GPL-2.0-or-later',
    'GPL-3.0-only',
    'GPL-3.0-or-later',
    'AGPL-3.0-only',
    'AGPL-3.0-or-later',
  ],
  ...[
    'LGPL-2.1-only',
    'LGPL-2.1-or-later',
    'LGPL-3.0-only',
    'LGPL-3.0-or-later',
    'Artistic-2.0',
    'ECL-2.0',
    'AFL-3.0',
  ],
] as const;

/** A licence of the list by its identifier, however it is capitalised; SPDX compares them without regard to case. */
function listed(text: string): string | undefined {
  return LICENCES.find((id) => id.toLowerCase() === text.toLowerCase());
}

/** The page of a licence, by an identifier of the list or a URL; undefined of what is neither. */
export function licenceUrl(licence: string): string | undefined {
  const id = listed(licence);
  if (id !== undefined) return `https://spdx.org/licenses/${id}.html`;
  return URL.canParse(licence) && /^https?:/.test(licence) ? licence : undefined;
}

const licence = z.string().transform((text, context) => {
  const known = listed(text);
  if (known !== undefined) return known;
  if (licenceUrl(text) !== undefined) return text;
  const near = nearest(text, LICENCES);
  context.addIssue(
    `${JSON.stringify(text)} is no licence that is known here${near === undefined ? '' : ` (did you mean ${near}?)`}: write its SPDX identifier such as CC-BY-4.0, or the URL of its text`,
  );
  return z.NEVER;
});

const ORCID = /^(?:https?:\/\/orcid\.org\/)?((?:\d{4}-){3}\d{3}[\dX])$/;
const ORCID_BASE = 11;

/**
 * Whether the last digit of an ORCID iD is the check digit of the others.
 *
 * @see ISO/IEC 7064:2003, MOD 11-2
 */
function hasCheckDigit(orcid: string): boolean {
  const digits = orcid.replaceAll('-', '');
  const total = [...digits.slice(0, -1)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const check = (ORCID_BASE + 1 - (total % ORCID_BASE)) % ORCID_BASE;
  return digits.at(-1) === (check === ORCID_BASE - 1 ? 'X' : String(check));
}

const orcid = z.string().transform((text, context) => {
  const id = ORCID.exec(text)?.[1];
  if (id !== undefined && hasCheckDigit(id)) return id;
  context.addIssue(
    `${JSON.stringify(text)} is no ORCID iD: write it like 0000-0002-1825-0097${id === undefined ? '' : ', of which the last digit checks the others'}`,
  );
  return z.NEVER;
});

const creatorFields = {
  name: z.string().min(1),
  /** A person unless it says otherwise. */
  type: z.enum(['person', 'organization']).optional(),
  url: z.url().optional(),
  affiliation: z.string().min(1).optional(),
};

/** Somebody who made a dataset. */
export interface Creator {
  readonly name: string;
  readonly type?: 'person' | 'organization' | undefined;
  readonly url?: string | undefined;
  readonly affiliation?: string | undefined;
  readonly orcid?: string | undefined;
}

/** A name, more about one, or several of them. */
function creatorsOf(id: z.ZodType<string>) {
  const one = z.union([z.string().min(1), z.strictObject({ ...creatorFields, orcid: id.optional() })]);
  return z.union([one, z.array(one).min(1)]);
}

const common = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'may hold letters, digits, dots, dashes and underscores')
    .optional(),
  description: z.string().min(1).optional(),
  url: z.url().optional(),
  /** Text or BibTeX. */
  citation: z.string().min(1).optional(),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'must be like 1.0.0')
    .optional(),
  datePublished: z.iso.date().optional(),
};

/** As a configuration says it. */
export const aboutSchema = z.strictObject({
  ...common,
  /** An SPDX identifier or a URL. */
  license: licence.optional(),
  creator: creatorsOf(orcid).optional(),
});

/** As a manifest has it; what builders of earlier versions took, later ones still read. */
export const aboutThere = z.strictObject({
  ...common,
  license: z.string().min(1).optional(),
  creator: creatorsOf(z.string()).optional(),
});

export type About = z.output<typeof aboutThere>;

/** All of them, in the order in which they are named. */
export function creatorsIn({ creator }: About): Creator[] {
  if (creator === undefined) return [];
  const all = Array.isArray(creator) ? creator : [creator];
  return all.map((one) => (typeof one === 'string' ? { name: one } : one));
}
