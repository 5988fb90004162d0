/**
 * Finds names in texts that are to hide them. A name counts as told where it stands whole, not beside a letter or a digit, in
 * upper or lower case, before a port or a domain, and also if it is escaped or URL-encoded. Plain words, such as `default` or
 * `web`, and names of one or two characters stand in any sentence: they count only where they are all of a text, or all of
 * a text that an expression quotes; in what people write for one dataset, plain words of six letters and more count too.
 */

/**
 * What a text is: `given` by whoever asks for a dataset (a run's name, a help text), an `expression` of theirs, or `prose`
 * around what others are called, where no plain word tells anything.
 */
export type TextKind = 'given' | 'expression' | 'prose';

const LEAST_TELLING = 3;
/** An address without letters, such as 10.0.0.5. */
const LEAST_WITHOUT_LETTERS = 7;
const LEAST_WORD = 6;

/** Words that everybody's texts have. */
const COMMON = new Set(
  [
    'attack attacker victim benign normal recovery target source scenario campaign episode episodes labels label run',
    'default system production staging testing development monitoring logging network storage database gateway',
    'ingress cluster worker workers master control server service backend frontend container containers',
    'kubernetes kubevigil prometheus grafana namespace backup expression',
  ].flatMap((words) => words.split(' ')),
);

function isTelling(name: string): boolean {
  if (name.length < LEAST_TELLING || /^\p{L}+$/u.test(name)) return false;
  return /\p{L}/u.test(name) || (name.length >= LEAST_WITHOUT_LETTERS && /\D/.test(name));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A text as it may be meant: escapes of JSON, of regular expressions and of URLs undone. */
function* meantBy(text: string): Generator<string> {
  yield text;
  if (text.includes('%')) yield decoded(text);
  if (!text.includes('\\')) return;
  const unescaped = text.replace(/\\+u([0-9a-f]{4})/gi, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  yield unescaped.replace(/\\+/g, '');
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Whether a name stands alone in a text, from there to there. */
function isWhole(text: string, start: number, end: number): boolean {
  const isPart = (character: string | undefined) =>
    character !== undefined && LETTER_OR_DIGIT.test(character);
  return !isPart(text[start - 1]) && !isPart(text[end]);
}

/** The texts that an expression quotes, and the alternatives in them. */
function literalsOf(expression: string): string[] {
  const quoted = expression.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g) ?? [];
  return quoted.flatMap((each) => each.slice(1, -1).split(/[|()^$]|\.[*+]/));
}

export class ToldNames {
  /** Names that count wherever they stand, by how they are compared, and as they are. */
  readonly #telling = new Map<string, string>();
  /** Those that count only where they are all of a text. */
  readonly #plain = new Map<string, string>();
  readonly #words = new Map<string, string>();
  readonly #lengths = new Set<number>();

  add(name: string): void {
    const compared = name.toLowerCase();
    const host = compared.replace(/:\d+$/, '');
    for (const form of new Set([compared, host, host.split('.')[0] ?? ''])) {
      const isShort = form.length === 0 || (form !== compared && form !== host && !isTelling(form));
      if (isShort) continue;
      if (isTelling(form)) {
        this.#telling.set(form, name);
        this.#lengths.add(form.length);
      } else if (!COMMON.has(form)) {
        this.#plain.set(form, name);
        if (form.length >= LEAST_WORD) this.#words.set(form, name);
      }
    }
  }

  /** The name that a text tells; undefined when it tells none. */
  in(text: string, kind: TextKind): string | undefined {
    for (const meant of meantBy(text)) {
      const found = this.#whole(meant.toLowerCase(), kind) ?? this.#inside(meant.toLowerCase());
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #whole(text: string, kind: TextKind): string | undefined {
    if (kind === 'prose') return undefined;
    const wholes =
      kind === 'expression'
        ? literalsOf(text)
        : [text, ...text.split(/[\s,;]+/).filter((each) => /:\d+$/.test(each))];
    for (const whole of wholes) {
      const found = this.#plain.get(whole) ?? this.#plain.get(whole.replace(/:\d+$/, ''));
      if (found !== undefined) return found;
    }
    if (kind === 'expression') return undefined;
    for (const [word] of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
      const found = this.#words.get(word);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #inside(text: string): string | undefined {
    for (let start = 0; start < text.length; start++) {
      if (start > 0 && LETTER_OR_DIGIT.test(text[start - 1] as string)) continue;
      for (const length of this.#lengths) {
        const name = this.#telling.get(text.slice(start, start + length));
        if (name !== undefined && isWhole(text, start, start + length)) return name;
      }
    }
    return undefined;
  }
}
