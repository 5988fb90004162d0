import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';
import { type Objection, objectionLine, plainIssues } from '../../common/plain-issues.ts';
import { absolutePaths, parseYaml } from '../../common/yaml-file.ts';
import { isPath, type StorageConfig } from '../../dataset/storage/open.ts';
import { absoluteSource } from '../label-sources/configured.ts';
import { exampleOf } from './examples.ts';
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
  readonly provenance?: readonly string[];
  readonly delay?: string;
  /** A key file, or true for the environment's key. */
  readonly pseudonymise?: string | true;
  readonly 'csv-escape-formulas'?: boolean;
  readonly 'allow-other-nodes'?: boolean;
  readonly split?: string;
  readonly 'metrics.pushgateway'?: string;
}

/** What is said to reach a dataset that is there. */
export interface PlaceFlags {
  readonly config?: string;
}

const DIVIDED = ['episode', 'run'];

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
    provenance,
    output,
    pseudonymise,
    'metrics.pushgateway': pushgateway,
    'csv-escape-formulas': escapes,
    'allow-other-nodes': allowsOthers,
    split,
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
  if (provenance !== undefined) merged['provenance'] = provenance.map((path) => resolve(path));
  if (evidence !== undefined)
    merged['evidence'] = evidence.map((place) =>
      /^https?:/.test(place) ? { url: place } : { file: resolve(place) },
    );
  if (pushgateway !== undefined) merged['metrics'] = { pushgateway };
  if (allowsOthers !== undefined) merged['allowOtherNodes'] = allowsOthers;
  // What episodes and campaigns are divided by at the command line is what most want to report.
  if (split !== undefined)
    merged['split'] = DIVIDED.includes(split) ? { by: split, stratify: ['scenario', 'role'] } : { by: split };
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
function place(path: readonly PropertyKey[], flags: BuildFlags): string {
  const [head, ...rest] = path.map(String);
  if (head === undefined) return '';
  if (head === 'prometheus' && rest[0] === 'url' && flags.prometheus !== undefined) return '--prometheus';
  if (head === 'metrics' && flags['metrics.pushgateway'] !== undefined) return '--metrics.pushgateway';
  if (FLAG_KEYS.includes(head) && flags[head as keyof BuildFlags] !== undefined) return `--${head}`;
  return [head, ...rest].join('.');
}

/** All that is wrong with a configuration, on one line. */
function refusal(error: z.ZodError, document: Document, flags: BuildFlags): string {
  const objections = plainIssues(error, configSchema, document, exampleOf);
  const file = `config ${flags.config ?? ''}`.trim();
  const [only] = objections;
  const text = ({ path, message }: Objection) => {
    const at = place(path, flags);
    return at === '' ? message : `${at}: ${message}`;
  };
  // What a flag says stands in no file.
  if (objections.length === 1 && only !== undefined && place(only.path, flags).startsWith('--'))
    return text(only);
  return `${file}: ${objectionLine(objections, text)}`;
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
    ...(config.provenance && { provenance: config.provenance.map((path) => resolve(folder, path)) }),
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
  const document = documentOf(flags, file);
  const result = configSchema.safeParse(document);
  if (!result.success) throw new BuilderError('config', refusal(result.error, document, flags));
  return withAbsolutePaths(result.data, flags.config === undefined ? process.cwd() : dirname(flags.config));
}

/** A dataset as the command line names it, relative to the working directory, and how the configuration says to reach it. */
export function loadPlace(
  place: string,
  { config }: PlaceFlags,
): Pick<BuildConfig, 'output'> & StorageConfig {
  return loadConfig({ output: place, ...(config !== undefined && { config }) });
}
