/** HTML that cannot be broken out of: whatever is put into a template is escaped, unless a template made it. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that no HTML document may hold, and those that turn the reading direction of what follows. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const REPLACEMENT = '\ufffd';

/** A piece of a document, safe as it stands. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

/**
 * A text as HTML shows it; line breaks and tabs become spaces.
 *
 * @internal exported for its own tests
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\t\n\r]/g, ' ')
    .replace(FORBIDDEN, REPLACEMENT)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return part.map(textOf).join('');
}

/** A template of HTML: strings are escaped, in texts and in quoted attributes; undefined is nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(parts[i - 1]) + string));
}

/** A column's name, which may be broken after an underscore. */
export function columnCode(name: string): Html {
  const parts = name.split('_').map((part, i) => (i === 0 ? html`${part}` : html`_<wbr>${part}`));
  return html`<code>${parts}</code>`;
}
