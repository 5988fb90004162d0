export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

interface Preference {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** The entries of a header such as Accept, in the order of their q-values; the order of equals is kept. */
function preferences(header: string): Preference[] {
  return header
    .split(',')
    .map((entry) => {
      const [value = '', ...rest] = entry.split(';').map((part) => part.trim().toLowerCase());
      const parameters = new Map(
        rest.map((part) => {
          const [key = '', text = ''] = part.split('=', 2);
          return [key.trim(), text.trim().replace(/^"(.*)"$/, '$1')];
        }),
      );
      const quality = Number(parameters.get('q') ?? 1);
      return { value, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
    })
    .sort((a, b) => b.quality - a.quality);
}

function formatOf({ value, parameters }: Preference): ExpositionFormat | undefined {
  const version = parameters.get('version');
  if (value === 'application/openmetrics-text') {
    return version === undefined || version === '1.0.0' ? 'openmetrics' : undefined;
  }
  if (value === 'text/plain') return version === undefined || version === '0.0.4' ? 'text' : undefined;
  return value === '*/*' || value === 'text/*' ? 'text' : undefined;
}

/** The format that an Accept header prefers; Prometheus' own text format when it names none that we have. */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  for (const preference of preferences(accept ?? '')) {
    const format = preference.quality > 0 ? formatOf(preference) : undefined;
    if (format !== undefined) return format;
  }
  return 'text';
}

/** Whether an Accept-Encoding header allows gzip; an entry for gzip itself counts before `*`. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const entries = preferences(acceptEncoding ?? '');
  const entry =
    entries.find(({ value }) => value === 'gzip' || value === 'x-gzip') ??
    entries.find(({ value }) => value === '*');
  return entry !== undefined && entry.quality > 0;
}
