import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { ROOT } from '../../support/paths.ts';

/** A record, as readers have it. */
export interface EventRecord extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly time: string;
  readonly rule: string;
  readonly on: string;
  readonly suppressed?: number;
}

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(ROOT, 'docs/reference/events.schema.json'), 'utf8')) as object,
);

/** The record in a line, which must be one line and valid against the schema that ships. */
export function parseRecord(line: string): EventRecord {
  if (/[\n\r]/.test(line)) throw new Error(`not one line: ${JSON.stringify(line.slice(0, 200))}`);
  const record = JSON.parse(line) as EventRecord;
  if (!validate(record)) {
    throw new Error(`${JSON.stringify(validate.errors)}: ${line.slice(0, 500)}`);
  }
  return record;
}
