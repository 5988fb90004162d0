/** The states that are counted, in the order of the counts. */
export const PROCESS_STATES = ['running', 'sleeping', 'blocked', 'zombie', 'other'] as const;

const OTHER = PROCESS_STATES.indexOf('other');

const BY_LETTER: Readonly<Record<string, (typeof PROCESS_STATES)[number]>> = {
  R: 'running',
  S: 'sleeping',
  // An idle thread of the kernel waits for work; it is neither stuck nor part of the load.
  I: 'sleeping',
  D: 'blocked',
  Z: 'zombie',
};

const BY_CODE = Uint8Array.from({ length: 256 }, (_, code) => {
  const state = BY_LETTER[String.fromCharCode(code)];
  return state === undefined ? OTHER : PROCESS_STATES.indexOf(state);
});

/** Index into {@link PROCESS_STATES} of a state letter's code; stopped, traced and dying ones are `other`. */
export function stateIndex(letter: number): number {
  return BY_CODE[letter & 0xff] ?? OTHER;
}
