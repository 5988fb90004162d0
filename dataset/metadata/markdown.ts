const MARKUP = /[\\`*_[\]|~#!]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * A text that Markdown shows as it is, on one line: names of nodes and scenarios come from whoever runs them, and must
 * neither make links nor break out of a table.
 */
export function plain(text: string): string {
  return text
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replace(MARKUP, (character) => `\\${character}`);
}

/** A table; cells are Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

/** Long lists are cut: the manifest has all. */
const SHOWN = 25;

export function cut(lines: readonly string[]): string[] {
  const more = lines.length - SHOWN;
  return more > 0 ? [...lines.slice(0, SHOWN), `- … and ${more} more in manifest.json`] : [...lines];
}
