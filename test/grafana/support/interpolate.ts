/** Grafana's variables as Grafana fills them in. */

/** What is chosen at the top of a dashboard, and the time that it shows. */
export interface Choice {
  readonly variables: Readonly<Record<string, string>>;
  readonly rangeSeconds: number;
  /** `timeInterval` of the data source. */
  readonly scrapeSeconds: number;
}

/** About as many points as a panel has pixels. */
const POINTS = 1000;

/** `$__interval`: a pixel's time, no less than a scrape. */
export function stepSeconds({ rangeSeconds, scrapeSeconds }: Choice): number {
  return Math.max(scrapeSeconds, Math.ceil(rangeSeconds / POINTS));
}

/**
 * The expression that Grafana sends.
 *
 * @throws {Error} when a variable is left that nothing is known of
 */
export function interpolate(expr: string, choice: Choice): string {
  const step = stepSeconds(choice);
  const builtIn = {
    // https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
    __rate_interval: `${Math.max(step + choice.scrapeSeconds, 4 * choice.scrapeSeconds)}s`,
    __range: `${choice.rangeSeconds}s`,
  };
  const values: Readonly<Record<string, string>> = { ...choice.variables, ...builtIn };
  return expr.replaceAll(/\$\{?(\w+)\}?/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing is known of ${whole} in ${expr}`);
    return value;
  });
}
