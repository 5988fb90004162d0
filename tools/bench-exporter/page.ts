/**
 * Scrapes once, without compression.
 *
 * @throws {Error} when the answer is not 200
 */
export async function scrape(url: string): Promise<string> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

/** The value of a series as it is written on the page, such as `a_total{b="c"}`; undefined when it is not there. */
export function seriesValue(page: string, series: string): number | undefined {
  const line = page.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** How many series a page has. */
export function countSeries(page: string): number {
  return page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}
