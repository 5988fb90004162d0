import { blocksOf, type Page } from '../../../tools/documents/pages.ts';

/** One command of a page's `sh` blocks, as its words. */
export interface Command {
  readonly path: string;
  readonly words: readonly string[];
}

/** A text in quotes, a command whose output is put in, or a character that means itself. */
const QUOTED = /"[^"]*"|'[^']*'|\$\([^)]*\)|\\./g;
const WORD = /(?:"[^"]*"|'[^']*'|\$\([^)]*\)|\\.|[^\s"'\\])+/g;

/** The words of a line as a shell has them, without what it puts in for variables; undefined: a quote that is not closed. */
function wordsOf(line: string): string[] | undefined {
  const rest = line.replace(QUOTED, '');
  if (/["']/.test(rest)) return undefined;
  const words = line.match(WORD) ?? [];
  return words.map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double = '', single = '') => double + single),
  );
}

/** The commands of one line: between `|`, `&&`, `;` and `&`, without redirections, variables set and `sudo`. */
function commandsOf(line: string): (string[] | undefined)[] {
  const words = wordsOf(line.replace(/(^|\s)#.*$/, '').trim());
  if (words === undefined) return [undefined];
  const commands: string[][] = [[]];
  for (const word of words) {
    if (/^(\||&&|;|&)$/.test(word)) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands
    .map((command) => {
      const redirected = command.findIndex((word) => /^\d?>/.test(word));
      const own = redirected < 0 ? command : command.slice(0, redirected);
      const first = own.findIndex((word) => word !== 'sudo' && !/^[A-Z_]+=/.test(word));
      return first < 0 ? [] : own.slice(first);
    })
    .filter((command) => command.length > 0);
}

/**
 * All commands in the `sh` blocks of a page.
 *
 * @throws {Error} a line that a shell would not take: a quote that is not closed
 */
export function commandsIn(page: Page): Command[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) =>
      commandsOf(line).map((words) => {
        if (words === undefined) throw new Error(`${page.path}: no shell takes this line: ${line}`);
        return { path: page.path, words };
      }),
    );
}
