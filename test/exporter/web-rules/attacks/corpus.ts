import { type Request, request } from '../request.ts';
import type { AttackKind, Channel } from './model.ts';
import { inMixedCase, MUTATIONS } from './mutate.ts';

export interface Attack {
  readonly rule: string;
  readonly mutation: string;
  readonly channel: Channel;
  readonly request: Request;
}

/** Names of parameters as applications have them, of which the payload is the value. */
const PARAMETER: Readonly<Record<string, string>> = { web_file_read: 'file', web_ssrf_metadata: 'url' };

function carried(channel: Channel, rule: string, payload: string, mutation: string): Partial<Request> {
  const header = mutation === 'case' ? inMixedCase(payload) : payload;
  switch (channel) {
    case 'value':
      return { target: `/page?${PARAMETER[rule] ?? 'id'}=${(MUTATIONS[mutation] ?? String)(payload)}` };
    case 'target':
      return {
        target: mutation === 'percent' ? payload.replaceAll("'", '%27').replaceAll('{', '%7b') : payload,
      };
    case 'agent':
      return { userAgent: header };
    case 'referer':
      return { referer: header };
    case 'content-type':
      return { contentType: header, method: 'POST' };
  }
}

/** Every attack of these kinds, in every way of writing it. */
export function attacksOf(kinds: readonly AttackKind[]): Attack[] {
  return kinds.flatMap(({ rule, channel, payloads, mutations, more }) =>
    ['plain', ...mutations].flatMap((mutation) =>
      payloads.map((payload) => ({
        rule,
        mutation,
        channel,
        request: request({ ...more, ...carried(channel, rule, payload, mutation) }),
      })),
    ),
  );
}

/** Which shapes of logs have what an attack came in. */
export function has(shape: string, channel: Channel): boolean {
  if (channel === 'referer') return shape !== 'Envoy';
  return channel !== 'content-type' || shape.includes('JSON') || shape.includes('Content-Type');
}
