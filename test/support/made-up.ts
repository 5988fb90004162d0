/** Secrets, and ids that are none, made up from a seed: so that no repository holds what looks like one. */

/** A small generator of numbers below 2^32 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';
const ALNUM = UPPER + LOWER + DIGITS;
/** As people choose: words, with digits or signs. */
const PASSWORDS = [
  'hunter2',
  'Tr0ub4dor&3',
  'correct-horse-9',
  'Winter2026!',
  's3cr3t',
  'p@ssw0rd',
  'Qwerty12345',
  'letmein77',
  'zX9#kk2',
  'Geheim123',
];

type Make = (
  pick: (alphabet: string, length: number) => string,
  choose: <T>(of: readonly T[]) => T,
) => string;

const SECRETS: Readonly<Record<string, Make>> = {
  pw: (pick, choose) => `${choose(PASSWORDS)}${pick(ALNUM, 3)}`,
  tok: (pick) => `${pick(LOWER, 1)}${pick(UPPER, 1)}${pick(DIGITS, 1)}${pick(ALNUM, 29)}`,
  hex: (pick) => pick(HEX, 64),
  b64: (pick) => `${pick(`${ALNUM}+/`, 62)}9a==`,
  b64long: (pick) => `${pick(`${ALNUM}+/`, 158)}4Q`,
  aws: (pick) => `${pick(`${ALNUM}/+`, 37)}a7Z`,
  akia: (pick) => `AKIA${pick(UPPER + DIGITS, 16)}`,
  jwt: (pick) => `eyJ${pick(ALNUM, 33)}.eyJ${pick(ALNUM, 60)}.${pick(`${ALNUM}_-`, 43)}`,
  github: (pick) => `ghp_${pick(ALNUM, 36)}`,
  gitlab: (pick) => `glpat-${pick(`${ALNUM}_`, 20)}`,
  google: (pick) => `AIza${pick(`${ALNUM}_-`, 35)}`,
  npm: (pick) => `npm_${pick(ALNUM, 36)}`,
  pypi: (pick) => `pypi-AgEIcHlwaS5vcmc${pick(ALNUM, 40)}`,
  slack: (pick) => `xoxb-${pick(DIGITS, 11)}-${pick(ALNUM, 24)}`,
  stripe: (pick) => `sk_live_${pick(ALNUM, 24)}`,
  openai: (pick) => `sk-proj-${pick(ALNUM, 40)}`,
  vault: (pick) => `hvs.${pick(ALNUM, 24)}`,
  kubeadm: (pick) => `a${pick(LOWER + DIGITS, 4)}7.${pick(LOWER + DIGITS, 15)}3`,
  crypt: (pick) => `$6$${pick(ALNUM, 8)}$${pick(`${ALNUM}./`, 60)}`,
  ssha: (pick) => `{SSHA}${pick(`${ALNUM}+/`, 30)}==`,
  uuidsecret: (pick) => uuid(pick),
  digits: (pick) => pick(DIGITS, 6),
};

const IDS: Readonly<Record<string, Make>> = {
  sha256: (pick) => pick(HEX, 64),
  sha1: (pick) => pick(HEX, 40),
  commit: (pick) => pick(HEX, 40),
  hex32: (pick) => pick(HEX, 32),
  hex16: (pick) => pick(HEX, 16),
  hex8: (pick) => pick(HEX, 8),
  uuid: (pick) => uuid(pick),
  uuid_: (pick) => uuid(pick).replaceAll('-', '_'),
  digits: (pick) => pick(DIGITS, 9),
};

function uuid(pick: (alphabet: string, length: number) => string): string {
  return [8, 4, 4, 4, 12].map((length) => pick(HEX, length)).join('-');
}

/** A line of which the kinds in braces were made up, and what they became. */
export interface MadeUp {
  readonly line: string;
  readonly values: readonly string[];
}

function fill(template: string, kinds: Readonly<Record<string, Make>>, seed: number): MadeUp {
  const next = numbers(seed);
  const pick = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[next() % alphabet.length]).join('');
  const choose = <T>(of: readonly T[]) => of[next() % of.length] as T;
  const values: string[] = [];
  const line = template.replace(/\{(\w+)\}/g, (whole, kind: string) => {
    const value = kinds[kind]?.(pick, choose);
    if (value === undefined) return whole;
    values.push(value);
    return value;
  });
  return { line, values };
}

export const withSecrets = (template: string, seed: number): MadeUp => fill(template, SECRETS, seed);
export const withIds = (template: string, seed: number): MadeUp => fill(template, IDS, seed);
