import { z } from 'zod';
import { parseDurationMs } from '../../duration.ts';
import { recordSchema } from '../../record-schema.ts';
import { CLIENT_AUTH_TYPES } from './client-certificates.ts';
import { CURVES, opensslCipher, TLS_VERSIONS } from './go-names.ts';

const versionNames = Object.keys(TLS_VERSIONS) as [keyof typeof TLS_VERSIONS];
const curveNames = Object.keys(CURVES) as [keyof typeof CURVES];
const version = z.enum(versionNames);
const file = z.string().min(1);

const tls = z.strictObject({
  cert: z.string().optional(),
  cert_file: file.optional(),
  key: z.string().optional(),
  key_file: file.optional(),
  client_ca: z.string().optional(),
  client_ca_file: file.optional(),
  client_auth_type: z.enum(CLIENT_AUTH_TYPES).default('NoClientCert'),
  client_allowed_sans: z.array(z.string()).optional(),
  min_version: version.default('TLS12'),
  max_version: version.default('TLS13'),
  cipher_suites: z
    .array(
      z.string().transform((suite, context) => {
        const name = opensslCipher(suite);
        if (name !== undefined) return name;
        context.addIssue({ code: 'custom', message: `there is no cipher suite ${suite} here` });
        return z.NEVER;
      }),
    )
    .default([]),
  prefer_server_cipher_suites: z.boolean().default(true),
  curve_preferences: z.array(z.enum(curveNames)).default([]),
});

/** A value that cannot end its header line. */
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'a header is one line of ASCII');

const headers = z.strictObject({
  'Content-Security-Policy': headerValue.optional(),
  'X-Frame-Options': z.enum(['deny', 'sameorigin']).optional(),
  'X-Content-Type-Options': z.enum(['nosniff']).optional(),
  'X-XSS-Protection': headerValue.optional(),
  'Strict-Transport-Security': headerValue.optional(),
});

const duration = z.union([z.string(), z.literal(0)]).transform((text, context) => {
  const ms = parseDurationMs(String(text));
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'a duration, such as 1s' });
  return z.NEVER;
});

const bcryptHash = z
  .string()
  .regex(/^\$2[abxy]?\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, 'a password as hashed by bcrypt: $2y$…');

/**
 * The file of `--web.config.file`, as Prometheus' exporter-toolkit has it.
 *
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export const webConfigSchema = z.strictObject({
  tls_server_config: tls.optional(),
  http_server_config: z
    .strictObject({ http2: z.boolean().optional(), headers: headers.default({}) })
    .default({ headers: {} }),
  basic_auth_users: recordSchema(bcryptHash).nullable().default({}),
  rate_limit: z.strictObject({ interval: duration, burst: z.int().min(0) }).optional(),
});

export type WebConfigDocument = z.infer<typeof webConfigSchema>;
export type TlsDocument = z.infer<typeof tls>;
