/** The series of a page in text format, by name and labels as they are written: `name{a="b"}` → value. */
export function parseSeries(page: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of page.split('\n')) {
    const match = /^([^#\s][^{\s]*(?:\{.*\})?) (\S+)$/.exec(line);
    if (match?.[1] !== undefined) series.set(match[1], Number(match[2]));
  }
  return series;
}
