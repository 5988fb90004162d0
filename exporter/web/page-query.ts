const COLLECT = 'collect[]';
const EXCLUDE = 'exclude[]';

/** What a request for the metrics asks for; `refusal` is one line for whoever asked. */
type PageQuery =
  | {
      /** Names of the extractors to run, in the order of all, so that equal questions are one; undefined for all. */
      readonly only: ReadonlySet<string> | undefined;
    }
  | { readonly refusal: string };

/**
 * Reads a query such as `?collect[]=cpu&collect[]=memory` or `?exclude[]=tcp`, as node_exporter has them: one or the other.
 *
 * What is not understood is refused: ignored, a mistyped name would silently make another page.
 *
 * @param query with its question mark; empty for none
 * @param names the extractors that are enabled
 */
export function parsePageQuery(query: string, names: readonly string[]): PageQuery {
  if (query === '') return { only: undefined };
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((key) => key !== COLLECT && key !== EXCLUDE);
  if (unknown !== undefined) {
    return { refusal: `no such parameter: ${JSON.stringify(unknown)}; there are ${COLLECT} and ${EXCLUDE}` };
  }
  const [collect, exclude] = [parameters.getAll(COLLECT), parameters.getAll(EXCLUDE)];
  if (collect.length > 0 && exclude.length > 0) {
    return { refusal: `${COLLECT} and ${EXCLUDE} cannot be combined` };
  }
  const stranger = [...collect, ...exclude].find((name) => !names.includes(name));
  if (stranger !== undefined) {
    const refusal = `no such extractor, or not enabled: ${JSON.stringify(stranger)}; there are ${names.join(', ')}`;
    return { refusal };
  }
  if (collect.length > 0) return { only: new Set(names.filter((name) => collect.includes(name))) };
  if (exclude.length > 0) return { only: new Set(names.filter((name) => !exclude.includes(name))) };
  return { only: undefined };
}
