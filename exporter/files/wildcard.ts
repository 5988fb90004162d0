/**
 * Whether a name fits a pattern in which `*` stands for any characters, also none.
 *
 * Time is at most the product of the lengths: names come from whoever may create files, so nothing backtracks. A
 * leading dot is a character like others.
 */
export function fits(name: string, pattern: string): boolean {
  let [at, in_] = [0, 0];
  let [retryAt, retryIn] = [-1, -1];
  while (at < name.length) {
    if (in_ < pattern.length && pattern[in_] === '*') {
      [retryAt, retryIn] = [at, in_];
      in_ += 1;
    } else if (in_ < pattern.length && pattern[in_] === name[at]) {
      at += 1;
      in_ += 1;
    } else if (retryIn >= 0) {
      retryAt += 1;
      [at, in_] = [retryAt, retryIn + 1];
    } else return false;
  }
  return pattern.slice(in_).replaceAll('*', '') === '';
}
