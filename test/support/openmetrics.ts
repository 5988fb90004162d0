/**
 * A strict reader of OpenMetrics 1.0 as far as the exporter writes it: counters and gauges without timestamps, counters with exemplars.
 *
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#abnf
 */

interface OpenMetricsSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface OpenMetricsFamily {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: OpenMetricsSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const ESCAPED = '(?:[^\\n"\\\\]|\\\\["\\\\n])*';
const LABEL = `([a-zA-Z_][a-zA-Z0-9_]*)="(${ESCAPED})"`;
const NUMBER = '[+-]?(?:\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?|Inf|NaN)';
const HEADING = new RegExp(`^# HELP (${NAME}) (${ESCAPED})\\n# TYPE (${NAME}) (counter|gauge)$`);
/** Of counters alone: one of the events that they count. */
const EXEMPLAR = `(?: # \\{(?<exemplar>(?:${LABEL}(?:,${LABEL})*)?)\\} ${NUMBER}(?: ${NUMBER})?)?`;
/** Names and values of an exemplar's labels together. */
const MOST_OF_EXEMPLAR = 128;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (?<value>${NUMBER})${EXEMPLAR}$`);

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(new RegExp(LABEL, 'g'))].map(([, key = '', value = '']) => [key, value]);
  const labels = Object.fromEntries(pairs.map(([key, value = '']) => [key, unescaped(value)]));
  if (Object.keys(labels).length !== pairs.length) throw new Error(`a label twice: ${text}`);
  return labels;
}

function checkExemplar(text: string | undefined, { type }: OpenMetricsFamily, line: string): void {
  if (text === undefined) return;
  if (type !== 'counter') throw new Error(`a gauge with an exemplar: ${line}`);
  const characters = [...Object.entries(parseLabels(text)).flat().join('')].length;
  if (characters > MOST_OF_EXEMPLAR) throw new Error(`an exemplar of ${characters} characters: ${line}`);
}

/**
 * Reads a whole page.
 *
 * @throws {Error} at the first thing that the specification does not allow, with the line
 */
export function parseOpenMetrics(page: string): Map<string, OpenMetricsFamily> {
  if (!page.endsWith('\n# EOF\n')) throw new Error('the page does not end with # EOF');
  const families = new Map<string, OpenMetricsFamily>();
  const series = new Set<string>();
  for (const block of page.slice(0, -'\n# EOF\n'.length).split(/\n(?=# HELP )/)) {
    const [help = '', type = '', ...lines] = block.split('\n');
    const heading = HEADING.exec(`${help}\n${type}`);
    const [, name = '', text = '', typed, kind] = heading ?? [];
    if (heading === null || name !== typed) throw new Error(`not the heading of a family: ${help}`);
    if (families.has(name)) throw new Error(`a family in two pieces: ${name}`);
    const family: OpenMetricsFamily = {
      type: kind as 'counter' | 'gauge',
      help: unescaped(text),
      samples: [],
    };
    families.set(name, family);
    for (const line of lines) {
      const match = SAMPLE.exec(line);
      const expected = family.type === 'counter' ? `${name}_total` : name;
      if (match === null || match[1] !== expected) throw new Error(`not a sample of ${expected}: ${line}`);
      const labels = parseLabels(match[2] ?? '');
      const value = Number(match.groups?.['value']?.replace('Inf', 'Infinity'));
      checkExemplar(match.groups?.['exemplar'], family, line);
      if (family.type === 'counter' && !(value >= 0)) throw new Error(`a counter below 0: ${line}`);
      const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
      if (series.has(key)) throw new Error(`a series twice: ${line}`);
      series.add(key);
      family.samples.push({ name: expected, labels, value });
    }
    if (family.type === 'counter' && name.endsWith('_total'))
      throw new Error(`a family called _total: ${name}`);
  }
  return families;
}
