/** Of a text or of arguments; longer ones are seldom seen twice. */
const MOST_CHARACTERS = 512;
/** In each of two generations. */
const MOST_TEXTS = 1_024;

/**
 * Texts in which no secret was found the last time: programs are started with the same arguments again and again. A text with a secret is not kept.
 * Bounded: of two generations the older is forgotten when the younger is full.
 */
class CleanTexts {
  #young = new Set<string>();
  #old = new Set<string>();

  has(text: string): boolean {
    if (this.#young.has(text)) return true;
    if (!this.#old.has(text)) return false;
    this.add(text);
    return true;
  }

  add(text: string): void {
    if (text.length > MOST_CHARACTERS) return;
    if (this.#young.size >= MOST_TEXTS) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(text);
  }
}

/** The same redaction of texts, which goes through a text without secrets once. */
export function remembering(redact: (text: string) => string): (text: string) => string {
  const clean = new CleanTexts();
  return (text) => {
    if (clean.has(text)) return text;
    const redacted = redact(text);
    if (redacted === text) clean.add(text);
    return redacted;
  };
}

/** The same of arguments, which go together. */
export function rememberingList(
  redact: (texts: readonly string[]) => readonly string[],
): (texts: readonly string[]) => readonly string[] {
  const clean = new CleanTexts();
  return (texts) => {
    // No argument of a program holds a NUL.
    const key = texts.join('\0');
    if (clean.has(key)) return texts;
    const redacted = redact(texts);
    if (redacted.every((text, i) => text === texts[i])) clean.add(key);
    return redacted;
  };
}
