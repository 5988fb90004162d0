/**
 * Replaces what stands between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`.
 *
 * @throws {Error} when a document has no such marks
 */
export function splice(document: string, name: string, content: string): string {
  const begin = `<!-- generated:${name} -->`;
  const end = `<!-- /generated:${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`no ${begin} … ${end} to fill`);
  return `${document.slice(0, from + begin.length)}\n${content}\n${document.slice(to)}`;
}
