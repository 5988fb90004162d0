import { inColumns } from './columns.ts';
import { readEvents, type SourceOptions } from './source.ts';
import { type EventLine, isWanted, type Wanted } from './wanted.ts';

export interface ShowOptions extends Omit<SourceOptions, 'url'> {
  readonly urls: readonly URL[];
  readonly wanted: Wanted;
  /** `json`: records as they came; else columns. */
  readonly form: 'json' | 'columns';
  readonly isColoured: boolean;
  /** Settles when there is room for more. */
  readonly write: (text: string) => Promise<void> | void;
}

function render(line: EventLine, { form, isColoured }: ShowOptions): string {
  return `${form === 'json' ? JSON.stringify(line) : inColumns(line, isColoured)}\n`;
}

const timeOf = (line: EventLine) => String(line['time'] ?? '');

/** What agents hold, of all of them in the order of time. */
async function showHeld(options: ShowOptions): Promise<void> {
  const all: EventLine[] = [];
  const read = async (url: URL) => {
    await readEvents({ ...options, url }, (line) => {
      if (isWanted(line, options.wanted)) all.push(line);
    });
  };
  await Promise.all(options.urls.map(read));
  all.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
  for (const line of all) await options.write(render(line, options));
}

async function follow(options: ShowOptions, url: URL): Promise<void> {
  await readEvents({ ...options, url }, async (line) => {
    if (isWanted(line, options.wanted)) await options.write(render(line, options));
  });
}

/**
 * Shows records of agents: those that they hold, in the order of time; with `follow` as they come.
 *
 * @throws {UsageError} when an agent refuses
 */
export async function showEvents(options: ShowOptions): Promise<void> {
  if (options.follow) await Promise.all(options.urls.map((url) => follow(options, url)));
  else await showHeld(options);
}
