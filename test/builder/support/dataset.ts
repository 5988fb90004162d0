import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Manifest } from '../../../dataset/model/manifest.ts';

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

/** DuckDB's way to read a dataset, as docs/reference/dataset-format.md shows it. */
export function tableExpression(folder: string, format: 'parquet' | 'csv'): string {
  return format === 'parquet'
    ? `read_parquet('${folder}/data/*/*.parquet', hive_partitioning = true)`
    : `read_csv('${folder}/data/*/*.csv', hive_partitioning = true, sample_size = -1)`;
}

/** Runs a query in a DuckDB of its own. */
export async function duckdb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
