import { csv } from './csv.ts';
import type { Format } from './format.ts';
import { parquet } from './parquet/parquet.ts';

/** The formats by the name that the configuration has for them. */
export const FORMATS: Readonly<Record<'parquet' | 'csv', Format>> = { parquet, csv };
