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
export function recipe(reader: Reader | OtherReader, format: FormatName, folder = ''): Recipe {
  const language = reader === 'DuckDB' ? 'sql' : 'python';
  return { language, text: FORMATS[format].recipes[reader](folder) };
}

/** As Markdown shows it. */
export function recipeBlock(reader: Reader | OtherReader, format: FormatName, folder = ''): string {
  const { language, text } = recipe(reader, format, folder);
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
