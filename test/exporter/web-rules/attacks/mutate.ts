/** Other ways to write the same. */
const hex = (byte: number) => byte.toString(16).padStart(2, '0');
const percentAll = (text: string) => [...Buffer.from(text)].map((byte) => `%${hex(byte)}`).join('');
const encode = (text: string) =>
  encodeURIComponent(text).replace(/['()*!~]/g, (each) => `%${hex(each.charCodeAt(0))}`);

/** By name; each gives the value of a parameter as it is sent. */
export const MUTATIONS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => encodeURIComponent(text),
  case: (text) =>
    encode([...text].map((letter, i) => (i % 2 ? letter.toUpperCase() : letter.toLowerCase())).join('')),
  percent: percentAll,
  twice: (text) => encode(encode(text)),
  'three times': (text) => encode(encode(encode(text))),
  plus: (text) => encode(text).replaceAll('%20', '+'),
  comments: (text) => encode(text.replaceAll(' ', '/**/')),
  tabs: (text) => encode(text.replaceAll(' ', '\t')),
  'line feeds': (text) => encode(text.replaceAll(' ', '\n')),
  overlong: (text) => text.replaceAll('/', '%c0%af').replaceAll('\\', '%c1%9c'),
  dots: (text) => text.replaceAll('.', '%2e').replaceAll('/', '%2f').replaceAll('\\', '%5c'),
  unicode: (text) => text.replaceAll('/', '%u002f').replaceAll('.', '%u002e').replaceAll('\\', '%u005c'),
};

/** The text of a header, in another case. */
export const inMixedCase = (text: string) =>
  [...text].map((letter, i) => (i % 2 ? letter.toUpperCase() : letter.toLowerCase())).join('');
