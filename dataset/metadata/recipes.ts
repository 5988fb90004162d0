import { type OtherReader, READERS, type Reader } from '../formats/recipe.ts';
import { FORMATS } from '../formats/registry.ts';
import type { FormatName } from '../model/format-names.ts';

export { READERS, type Reader };

interface Recipe {
  readonly language: 'python' | 'sql';
  readonly text: string;
}

/**
 * Reads all rows, with the types that the manifest names: by Python into `rows`, by SQL as what the last statement gives.
 *
 * @param folder of the dataset, seen from where the recipe runs: empty, or ends with `/`
 * @internal exported for its own tests
 */
export function recipe(reader: Reader, format: FormatName, folder = ''): Recipe {
  const language = reader === 'DuckDB' ? 'sql' : 'python';
  return { language, text: FORMATS[format].recipes[reader](folder) };
}

/** As Markdown shows it. */
export function recipeBlock(reader: Reader, format: FormatName, folder = ''): string {
  const { language, text } = recipe(reader, format, folder);
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** For readers of other types or pieces, by whom not every format is read: with what they make of it before. */
export function otherBlocks(format: FormatName): string[] {
  const { recipes } = FORMATS[format];
  return OTHER_READERS.flatMap(([reader, what]) => {
    const text = recipes[reader]?.('');
    return text === undefined ? [] : [`${reader}${what}:`, '', `\`\`\`python\n${text}\n\`\`\``, ''];
  });
}

const OTHER_READERS: readonly (readonly [OtherReader, string])[] = [
  [
    'Hugging Face',
    " (the parts by themselves, without the embargo; `label` by number, as `features['label']` names it)",
  ],
  ['Spark', ''],
];
