const SHOWN_CHARACTERS = 160;

/** The beginning of a text on one line, with whatever could disturb a terminal replaced by spaces. */
export function excerpt(text: string): string {
  return text
    .slice(0, 4 * SHOWN_CHARACTERS)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, SHOWN_CHARACTERS);
}
