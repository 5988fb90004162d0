const NOT_ASCII = /[\x80-\xff]/;

/** Bytes, one character each, as text: those that are no UTF-8 become U+FFFD. */
export function textOf(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
