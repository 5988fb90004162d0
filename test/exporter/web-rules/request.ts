/** What an access log has of a request. */
export interface Request {
  readonly client: string;
  readonly atMs: number;
  readonly method: string;
  /** As the client sent it: what is not allowed in a URL is encoded or not, as it liked. */
  readonly target: string;
  readonly status: number;
  readonly bytes: number;
  readonly referer: string;
  readonly userAgent: string;
  readonly host: string;
  readonly contentType: string;
}

const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

/** A request with all that is not said of it. */
export function request(some: Partial<Request>): Request {
  return {
    client: '192.0.2.44',
    atMs: Date.UTC(2026, 10, 28, 6, 15, 42),
    method: 'GET',
    target: '/',
    status: 200,
    bytes: 1_512,
    referer: '-',
    userAgent: BROWSER,
    host: 'shop.example.com',
    contentType: '-',
    ...some,
  };
}
