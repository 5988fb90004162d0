import { lenientUtf8, wellFormed } from './utf8.ts';

const ESCAPED = /(?:\\x[0-9a-fA-F]{2})+|(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrtv]/g;
const CONTROLS: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const numbers = (run: string, prefix: string) =>
  run
    .split(prefix)
    .slice(1)
    .map((hex) => Number.parseInt(hex, 16));

function undo(run: string): string {
  if (run.startsWith('\\x')) return lenientUtf8(numbers(run, '\\x'));
  if (run.startsWith('\\u')) return wellFormed(String.fromCharCode(...numbers(run, '\\u')));
  const character = run.charAt(1);
  return CONTROLS[character] ?? character;
}

/**
 * Undoes, once, how a server writes what would break its log: JSON's escapes (`\"`, `\u003c`), and `\x22` of nginx and Apache,
 * whose bytes are UTF-8. A backslash before anything else stays.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 * @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#format-notes
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-7
 */
export function undoEscapes(text: string): string {
  return text.includes('\\') ? text.replace(ESCAPED, undo) : text;
}
