/** How servers write a request into their access logs, each with the escapes of its own. */
import type { Request } from './request.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `28/Nov/2026:06:15:42 +0000` */
function commonTime(atMs: number): string {
  const at = new Date(atMs);
  const day = [two(at.getUTCDate()), MONTHS[at.getUTCMonth()], at.getUTCFullYear()].join('/');
  return `${day}:${at.toISOString().slice(11, 19)} +0000`;
}

const bytesOf = (text: string) => [...Buffer.from(text)];
const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/** nginx, `escape=default`: http://nginx.org/en/docs/http/ngx_http_log_module.html */
function nginx(text: string): string {
  return bytesOf(text)
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
        ? `\\x${hex(byte).toUpperCase()}`
        : String.fromCharCode(byte),
    )
    .join('');
}

const APACHE: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** Apache, ap_escape_logitem. */
function apache(text: string): string {
  return bytesOf(text)
    .map(
      (byte) => APACHE[byte] ?? (byte < 0x20 || byte > 0x7e ? `\\x${hex(byte)}` : String.fromCharCode(byte)),
    )
    .join('');
}

/** JSON as Go writes it, and protobuf: what would be markup is escaped too. */
function goJson(value: object): string {
  return JSON.stringify(value).replace(/[<>&]/g, (each) => `\\u00${hex(each.charCodeAt(0))}`);
}

type Write = (request: Request) => string;

function combined(escaped: (text: string) => string): Write {
  return ({ client, atMs, method, target, status, bytes, referer, userAgent }) =>
    `${client} - - [${commonTime(atMs)}] "${method} ${escaped(target)} HTTP/1.1" ${status} ${bytes} "${escaped(referer)}" "${escaped(userAgent)}"`;
}

/** By name; each as the server does it without further configuration, or as its documentation shows it. */
export const SHAPES: Readonly<Record<string, Write>> = {
  'nginx combined': combined(nginx),
  'nginx JSON': ({ client, atMs, method, target, status, bytes, referer, userAgent, host, contentType }) =>
    JSON.stringify({
      time: new Date(atMs).toISOString(),
      remote_addr: client,
      request: `${method} ${target} HTTP/1.1`,
      status: String(status),
      body_bytes_sent: String(bytes),
      http_host: host,
      http_referer: referer,
      http_user_agent: userAgent,
      content_type: contentType,
    }),
  'Apache combined': combined(apache),
  'Apache with Content-Type': (request) =>
    `${combined(apache)(request)} "${apache(request.contentType)}" 2317`,
  Envoy: ({ client, atMs, method, target, status, bytes, userAgent, host }) =>
    `[${new Date(atMs).toISOString()}] "${method} ${target} HTTP/1.1" ${status} - 0 ${bytes} 23 22 "${client}" "${userAgent}" "0a4c2d1e-7f3b-4c55-9d1a-3f1f6f1c9d2e" "${host}" "10.42.1.9:8080"`,
  'Envoy JSON': ({ client, atMs, method, target, status, bytes, referer, userAgent, host, contentType }) =>
    goJson({
      start_time: new Date(atMs).toISOString(),
      method,
      path: target,
      protocol: 'HTTP/1.1',
      response_code: status,
      response_flags: '-',
      bytes_sent: bytes,
      referer,
      user_agent: userAgent,
      content_type: contentType,
      authority: host,
      x_forwarded_for: client,
      upstream_host: '10.42.1.9:8080',
    }),
  'ingress-nginx': (request) =>
    `${combined(nginx)(request)} 412 0.023 [shop-web-80] [] 10.42.1.9:8080 ${request.bytes} 0.023 ${request.status} 2f9c1a7be1d24c6f9d6f0a1b2c3d4e5f`,
  'Traefik CLF': (request) =>
    `${combined((text) => text)(request)} 812 "web@kubernetes" "http://10.42.1.9:8080" 23ms`,
  'Traefik JSON': ({ client, atMs, method, target, status, bytes, referer, userAgent, host, contentType }) =>
    goJson({
      ClientAddr: `${client}:51122`,
      ClientHost: client,
      DownstreamContentSize: bytes,
      DownstreamStatus: status,
      Duration: 23_104_211,
      RequestHost: host,
      RequestMethod: method,
      RequestPath: target,
      RequestProtocol: 'HTTP/1.1',
      RouterName: 'web@kubernetes',
      'request_Content-Type': contentType,
      request_Referer: referer,
      'request_User-Agent': userAgent,
      time: new Date(atMs).toISOString(),
    }),
};

/** How container runtimes write a line of it. */
export const WRAPPERS: Readonly<Record<string, (line: string) => string>> = {
  CRI: (line) => `2026-11-28T06:15:42.123456789Z stdout F ${line}`,
  'Docker json-file': (line) =>
    goJson({ log: `${line}\n`, stream: 'stdout', time: '2026-11-28T06:15:42.123456789Z' }),
};
