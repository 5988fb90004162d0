import { createHmac, randomBytes } from 'node:crypto';
import { Bcrypt } from './bcrypt.ts';

/** As many as exporter-toolkit remembers. */
const MAX_REMEMBERED = 100;

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The name and password of an `Authorization: Basic` header; undefined when it is none. */
export function parseBasic(header: string | undefined): Credentials | undefined {
  const encoded = /^basic +([\w+/]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

const costOf = (hash: string) => hash.slice(4, 6);

/** A hash that no password has, at the cost of the dearest: an unknown name takes as long as a known one. */
function decoy(users: ReadonlyMap<string, string>): string {
  const cost = [...users.values()].map(costOf).reduce((a, b) => (a > b ? a : b), '10');
  return `$2y$${cost}$${'.'.repeat(53)}`;
}

/** Checks names and passwords; what was right is remembered, so that bcrypt's price is paid once a scraper. */
export class BasicAuth {
  readonly #bcrypt = new Bcrypt();
  readonly #secret = randomBytes(32);
  readonly #remembered = new Set<string>();
  readonly #checking = new Map<string, Promise<boolean>>();

  /**
   * Whether these are a user's name and password. Requests with the same ones share one comparison.
   *
   * @param users bcrypt hashes by name
   * @param source the address that they come from: addresses take turns
   * @throws {BusyError} when too many wait
   */
  async check(
    users: ReadonlyMap<string, string>,
    { user, password }: Credentials,
    source: string,
  ): Promise<boolean> {
    const known = users.get(user);
    const hash = known ?? decoy(users);
    // With the hash in it, a password that was changed is forgotten; without the secret the key says nothing.
    const key = createHmac('sha256', this.#secret)
      .update(JSON.stringify([user, hash, password]))
      .digest('base64');
    if (this.#remembered.has(key)) return true;
    let checking = this.#checking.get(key);
    if (checking === undefined) {
      checking = this.#bcrypt.compare(password, hash, source).finally(() => this.#checking.delete(key));
      this.#checking.set(key, checking);
    }
    const right = (await checking) && known !== undefined;
    if (right) this.#remember(key);
    return right;
  }

  #remember(key: string): void {
    this.#remembered.add(key);
    const [oldest] = this.#remembered;
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }
}
