import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { messageOf, readText, WebConfigError } from './config-error.ts';
import { type WebConfigDocument, webConfigSchema } from './config-schema.ts';

const FILE_KEYS = ['cert_file', 'key_file', 'client_ca_file'] as const;

/** `key: value` in which a YAML reader stumbles may be a secret: its message is shown only up to the excerpt. */
function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new WebConfigError(`${path}: ${messageOf(error).replace(/:$/, '')}`, { cause: error });
  }
}

/**
 * Reads the file alone, not what it names; relative paths become absolute, relative to its folder.
 *
 * @throws {WebConfigError}
 */
export function readWebConfigFile(path: string): WebConfigDocument {
  const result = webConfigSchema.safeParse(parseYaml(readText(path, '--web.config.file'), path));
  if (!result.success) {
    const issue = result.error.issues[0];
    const place = issue === undefined || issue.path.length === 0 ? '' : `: ${issue.path.join('.')}`;
    throw new WebConfigError(`${path}${place}: ${issue?.message}`, { cause: result.error });
  }
  const { tls_server_config: tls } = result.data;
  if (tls === undefined) return result.data;
  const folder = dirname(path);
  const paths = Object.fromEntries(
    FILE_KEYS.flatMap((key) => (tls[key] === undefined ? [] : [[key, resolve(folder, tls[key])]])),
  );
  return { ...result.data, tls_server_config: { ...tls, ...paths } };
}

/** The files that a configuration names. */
export function filesOf({ tls_server_config: tls }: WebConfigDocument): string[] {
  return FILE_KEYS.flatMap((key) => tls?.[key] ?? []);
}
