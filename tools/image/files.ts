import { basename } from 'node:path';

/** Types, source maps, documentation, settings of other tools, and prebuilt code for the Bare runtime. */
const DEVELOPERS = /\.(map|[cm]?tsx?|md|markdown|flow|html|ya?ml|bare|c|cc|h|gyp)$|^\.(?!bin$)/;
/** What must go along with the code. */
const LEGAL = /^(licen[cs]e|notice|copying|authors)/i;

/** Whether a file of a dependency is never read when a program runs. */
export function isForDevelopers(path: string): boolean {
  const name = basename(path);
  return DEVELOPERS.test(name) && !LEGAL.test(name);
}
