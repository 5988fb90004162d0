import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';
import { absolutePaths, parseYaml } from '../../common/yaml-file.ts';
import { isPath, type StorageConfig } from '../../dataset/storage/open.ts';
import { absoluteSource } from '../label-sources/configured.ts';
import { type BuildConfig, configSchema } from './schema.ts';

/** What the command line says; each overrides the file. */
export interface BuildFlags {
  readonly config?: string;
  readonly prometheus?: string;
  readonly start?: string;
  readonly end?: string;
  readonly last?: string;
  readonly step?: string;
  readonly format?: string;
  readonly output?: string;
  readonly labels?: string;
  readonly evidence?: readonly string[];
  readonly delay?: string;
  /** A key file, or true for the environment's key. */
  readonly pseudonymise?: string | true;
  readonly 'csv-escape-formulas'?: boolean;
  readonly 'metrics.pushgateway'?: string;
}

/** What is said to reach a dataset that is there. */
export interface PlaceFlags {
  readonly config?: string;
}

type Document = Record<string, unknown>;

/** A folder as an absolute path, any other place as it is. */
function placeOf(base: string, output: string): string {
  return isPath(output) ? resolve(base, output) : output;
}

function readDocument(path: string): Document {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new BuilderError('config', `config ${path}: ${reason}`, { cause: error });
  }
  try {
    const document = parseYaml(text);
    if (typeof document === 'object' && !Array.isArray(document)) return document as Document;
  } catch (error) {
    throw new BuilderError('config', `config ${path}: ${messageOf(error)}`, { cause: error });
  }
  throw new BuilderError('config', `config ${path}: expected a mapping of keys to values`);
}

/** Flags under the keys that the file has for them; labels are relative to the working directory there. */
function documentOf(
  {
    config: _,
    prometheus,
    labels,
    evidence,
    output,
    pseudonymise,
    'metrics.pushgateway': pushgateway,
    'csv-escape-formulas': escapes,
    ...plain
  }: BuildFlags,
  file: Document,
): Document {
  const merged: Document = { ...file };
  // A range on the command line replaces the file's as a whole: half of each would be nobody's intent.
  if (plain.start !== undefined || plain.end !== undefined || plain.last !== undefined) {
    for (const key of ['start', 'end', 'last']) delete merged[key];
  }
  Object.assign(merged, plain);
  if (prometheus !== undefined) merged['prometheus'] = { ...(file['prometheus'] as object), url: prometheus };
  if (output !== undefined) merged['output'] = placeOf('', output);
  if (labels !== undefined) merged['labels'] = [{ episodes: resolve(labels) }];
  if (evidence !== undefined)
    merged['evidence'] = evidence.map((place) =>
      /^https?:/.test(place) ? { url: place } : { file: resolve(place) },
    );
  if (pushgateway !== undefined) merged['metrics'] = { pushgateway };
  if (escapes !== undefined) merged['csvEscapeFormulas'] = escapes;
  if (pseudonymise !== undefined)
    merged['pseudonymise'] = pseudonymise === true ? true : { keyFile: resolve(pseudonymise) };
  return merged;
}

const FLAG_KEYS = [
  'start',
  'end',
  'last',
  'step',
  'format',
  'output',
  'labels',
  'evidence',
  'delay',
  'pseudonymise',
];

/** Where the offending value was written: `--step`, or the path in the file. */
function place(issue: z.core.$ZodIssue, flags: BuildFlags): string {
  const [head, ...rest] = issue.path.map(String);
  if (head === undefined) return `config ${flags.config ?? ''}`.trim();
  if (head === 'prometheus' && rest[0] === 'url' && flags.prometheus !== undefined) return '--prometheus';
  if (head === 'metrics' && flags['metrics.pushgateway'] !== undefined) return '--metrics.pushgateway';
  if (FLAG_KEYS.includes(head) && flags[head as keyof BuildFlags] !== undefined) return `--${head}`;
  return `config ${flags.config ?? ''}: ${[head, ...rest].join('.')}`;
}

/** The issue that says most: for a value that fits none of several shapes, the one of the shape that came nearest. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().find(({ code }) => code !== 'invalid_type');
  return inner === undefined
    ? issue
    : deepest({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue);
}

function withAbsolutePaths(config: BuildConfig, folder: string): BuildConfig {
  const { prometheus } = config;
  return {
    ...config,
    output: placeOf(folder, config.output),
    ...(typeof config.pseudonymise === 'object' && {
      pseudonymise: { keyFile: resolve(folder, config.pseudonymise.keyFile) },
    }),
    ...(config.labels && {
      labels: config.labels.map((source) => absoluteSource(source, (path) => resolve(folder, path))),
    }),
    ...(config.evidence && {
      evidence: config.evidence.map((source) =>
        'url' in source
          ? { ...source, ...absolutePaths(source, ['bearerTokenFile'], folder) }
          : { file: resolve(folder, source.file) },
      ),
    }),
    prometheus: {
      ...prometheus,
      ...absolutePaths(prometheus, ['bearerTokenFile'], folder),
      ...(prometheus.basicAuth && {
        basicAuth: {
          ...prometheus.basicAuth,
          ...absolutePaths(prometheus.basicAuth, ['passwordFile'], folder),
        },
      }),
      ...(prometheus.tls && {
        tls: {
          ...prometheus.tls,
          ...absolutePaths(prometheus.tls, ['caFile', 'certFile', 'keyFile'], folder),
        },
      }),
    },
  };
}

/**
 * The configuration of a build: the file's, or the defaults without one, with the flags on top. Paths in the file
 * are relative to the file.
 *
 * @throws {BuilderError} `config`, naming the flag or the path in the file
 */
export function loadConfig(flags: BuildFlags): BuildConfig {
  const file = flags.config === undefined ? {} : readDocument(flags.config);
  const result = configSchema.safeParse(documentOf(flags, file));
  if (!result.success) {
    const [first] = result.error.issues;
    const issue = first && deepest(first);
    throw new BuilderError(
      'config',
      issue ? `${place(issue, flags)}: ${issue.message}` : messageOf(result.error),
    );
  }
  return withAbsolutePaths(result.data, flags.config === undefined ? process.cwd() : dirname(flags.config));
}

/** A dataset as the command line names it, relative to the working directory, and how the configuration says to reach it. */
export function loadPlace(
  place: string,
  { config }: PlaceFlags,
): Pick<BuildConfig, 'output'> & StorageConfig {
  return loadConfig({ output: place, ...(config !== undefined && { config }) });
}
