/**
 * A line of an access log in the combined format.
 *
 *     203.0.113.7 - - [28/Nov/2026:06:08:28 +0000] "GET /?q=a HTTP/1.1" 200 65 "http://shop.example/" "curl/8.14.1"
 *
 * What a client wrote is quoted as nginx quotes it: `"`, `\` and all that is not printable ASCII become `\xHH`, byte by byte, so that
 * nobody can end a field or a line.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html (log_format, escape=default)
 * @see https://httpd.apache.org/docs/2.4/logs.html#combined
 */

/** What is known of a request; strings as the parser has them, a character a byte. */
export interface Access {
  readonly remoteAddress: string | undefined;
  readonly timeMs: number;
  /** `GET /path HTTP/1.1`, or what a client sent in its place. */
  readonly request: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  readonly referrer: string | undefined;
  readonly userAgent: string | undefined;
}

/** nginx takes no request line above its buffers of 8 KiB either. */
const LONGEST_REQUEST = 8_192;
const LONGEST_FIELD = 2_048;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const escapedByte = (byte: number) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

function quoted(text: string, longest: number): string {
  const shown = text.slice(0, longest).replace(/[^ !#-[\]-~]/gsu, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? escapedByte(code) : [...Buffer.from(character)].map(escapedByte).join('');
  });
  return `"${shown === '' ? '-' : shown}"`;
}

/** `28/Nov/2026:06:08:28 +0000` */
function localTime(timeMs: number): string {
  const [, year, month, day, time] =
    /^(\d{4})-(\d\d)-(\d\d)T(.{8})/.exec(new Date(timeMs).toISOString()) ?? [];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}

/** The line, without its end. */
export function combinedLine(access: Access): string {
  const { remoteAddress, timeMs, request, status, bytes, referrer = '', userAgent = '' } = access;
  const address = remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? '-';
  return [
    `${address} - - [${localTime(timeMs)}]`,
    ...[quoted(request, LONGEST_REQUEST), status, bytes],
    ...[quoted(referrer, LONGEST_FIELD), quoted(userAgent, LONGEST_FIELD)],
  ].join(' ');
}
