const REPLACEMENT = 0xfffd;
const MAX_CODE_POINT = 0x10ffff;
/** By how a sequence's first byte begins: how many bytes follow, and what the first has of the code point. */
const LEADS: readonly (readonly [from: number, following: number, mask: number])[] = [
  [0xfe, 0, 0],
  [0xfc, 5, 0x01],
  [0xf8, 4, 0x03],
  [0xf0, 3, 0x07],
  [0xe0, 2, 0x0f],
  [0xc0, 1, 0x1f],
];

const isSurrogate = (codePoint: number) => codePoint >= 0xd800 && codePoint <= 0xdfff;
const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** U+FFFD for each half of a character that lacks the other. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/**
 * Text of bytes, as the most forgiving decoder has it: `c0 af` is a slash, as servers took it that attackers wrote for. So
 * are longer forms, of up to six bytes, as UTF-8 had them once. What is no sequence at all is U+FFFD, a byte each.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3629#section-10
 */
export function lenientUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const [, following = 0, mask = 0] = LEADS.find(([from]) => first >= from) ?? [];
    let codePoint = first & mask;
    let taken = 0;
    while (taken < following && isContinuation(bytes[at + taken + 1])) {
      taken += 1;
      codePoint = codePoint * 64 + ((bytes[at + taken] ?? 0) & 0x3f);
    }
    const isCharacter =
      following > 0 && taken === following && codePoint <= MAX_CODE_POINT && !isSurrogate(codePoint);
    text += String.fromCodePoint(isCharacter ? codePoint : REPLACEMENT);
    if (isCharacter) at += following;
  }
  return text;
}
