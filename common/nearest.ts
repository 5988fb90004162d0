/** How many letters a text may differ in from the one that was meant. */
const MOST_EDITS = 3;
/** Of a short text so many are most of it. */
const MOST_SHARE = 0.4;

/** Letters to be put in, left out, replaced or exchanged with their neighbour, to make one text of another (Damerau, 1964). */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + same,
      );
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] as number) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}

/** The name that somebody who wrote this text may have meant, whatever its case; undefined when none is near. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  const lower = text.toLowerCase();
  const most = Math.min(MOST_EDITS, Math.floor(MOST_SHARE * Math.max(lower.length, 2)));
  let best: string | undefined;
  let least = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - lower.length) >= least) continue;
    const needed = edits(lower, name.toLowerCase());
    if (needed < least) [best, least] = [name, needed];
  }
  return best;
}
