import { RE2JS } from 're2js';

/** Longer patterns are refused: a lookup table belongs into a list, not into an alternation. */
const MAX_PATTERN_CHARACTERS = 1_000;
/** Steps of the matching machine: repetitions of repetitions multiply. */
const MAX_PATTERN_SIZE = 500;

/** A pattern that is not valid RE2 syntax, or too large. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * Compiles a pattern of RE2, which matches in time linear in the text.
 *
 * @throws {PatternError}
 */
export function compilePattern(text: string): RE2JS {
  if (text.length > MAX_PATTERN_CHARACTERS) {
    throw new PatternError(`a pattern of more than ${MAX_PATTERN_CHARACTERS} characters`);
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(text);
  } catch (error) {
    throw new PatternError((error as Error).message, { cause: error });
  }
  if (compiled.programSize() <= MAX_PATTERN_SIZE) return compiled;
  throw new PatternError(`a pattern that takes more than ${MAX_PATTERN_SIZE} steps`);
}
