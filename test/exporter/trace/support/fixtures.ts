import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EventFormat,
  type PageLayout,
  parseFormat,
  parseHeaderPage,
} from '../../../../exporter/trace/ring/format.ts';
import { ROOT } from '../../../support/paths.ts';

const FOLDER = join(ROOT, 'test/fixtures/tracing/linux-6.18');

export function fixture(name: string): string {
  return readFileSync(join(FOLDER, name), 'latin1');
}

export function recordedLayout(): PageLayout {
  return parseHeaderPage(fixture('header_page'), 'header_page');
}

export function recordedFormat(event: string): EventFormat {
  const name = `${event.split('/')[1]}.format`;
  return parseFormat(fixture(name), name);
}

/** Raw pages as this kernel's `trace_pipe_raw` returned them, by file name; cut to what was committed. */
export function recordedPages(): { name: string; bytes: Buffer }[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.page'));
  return names.sort().map((name) => ({ name, bytes: readFileSync(join(FOLDER, name)) }));
}
