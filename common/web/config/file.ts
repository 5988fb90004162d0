import { dirname } from 'node:path';
import { firstLineOf } from '../../errors.ts';
import { absolutePaths, objectionTo, parseYaml } from '../../yaml-file.ts';
import { readText, WebConfigError } from './error.ts';
import { type WebConfigDocument, webConfigSchema } from './schema.ts';

const FILE_KEYS = ['cert_file', 'key_file', 'client_ca_file'] as const;

function readDocument(path: string): unknown {
  const text = readText(path, '--web.config.file');
  try {
    return parseYaml(text);
  } catch (error) {
    throw new WebConfigError(`${path}: ${firstLineOf(error)}`, { cause: error });
  }
}

/**
 * Reads the file alone, not what it names; relative paths become absolute, relative to its folder.
 *
 * @throws {WebConfigError}
 */
export function readWebConfigFile(path: string): WebConfigDocument {
  const result = webConfigSchema.safeParse(readDocument(path));
  if (!result.success) throw new WebConfigError(objectionTo(path, result.error), { cause: result.error });
  const { tls_server_config: tls } = result.data;
  if (tls === undefined) return result.data;
  return { ...result.data, tls_server_config: { ...tls, ...absolutePaths(tls, FILE_KEYS, dirname(path)) } };
}

/** The files that a configuration names. */
export function filesOf({ tls_server_config: tls }: WebConfigDocument): string[] {
  return FILE_KEYS.flatMap((key) => tls?.[key] ?? []);
}
