/** A real browser that tests move pointers and press keys in, over the pipe of the DevTools protocol: no port, no package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Context } from 'mocha';
import { skip } from './skip.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The browser on PATH; skips the test where there is none. */
export function browserOrSkip(context: Context): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  return found ?? skip(context, `there is none of ${NAMES.join(', ')} on PATH`);
}

/** Where tests run as root or in a container there can be no sandbox; documents are our own, and no other host has an address. */
export const BROWSER_FLAGS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** One page in a browser. */
export class Page {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Map<string, () => void>();
  /** What the page complained of: scripts, styles and loads that failed or were refused. */
  readonly complaints: string[] = [];
  #number = 0;
  #session: string | undefined;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
    const from = child.stdio[4] as Readable;
    let rest = '';
    from.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
  }

  static async open(browser: string): Promise<Page> {
    const profile = mkdtempSync(join(tmpdir(), 'kubevigil-test-chromium-'));
    const flags = [...BROWSER_FLAGS, `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'];
    const child = spawn(browser, flags, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      // A group of its own: it is many processes, which end together.
      detached: true,
    });
    const page = new Page(child, profile);
    const { targetId } = await page.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.send('Target.attachToTarget', { targetId, flatten: true });
    page.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    return page;
  }

  #take({ id, method, params, ...answer }: Answer): void {
    if (id !== undefined) this.#waiting.get(id)?.(answer);
    else if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
      this.complaints.push(JSON.stringify(params));
    else if (method !== undefined) this.#listeners.get(method)?.();
  }

  /** @throws {Error} what the browser says, or that it has ended */
  send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#number;
    return new Promise((resolve, reject) => {
      const onEnd = () => reject(new Error(`the browser ended before ${method}`));
      this.#child.once('exit', onEnd);
      this.#waiting.set(id, ({ result = {}, error }) => {
        this.#waiting.delete(id);
        this.#child.off('exit', onEnd);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      const session = this.#session === undefined ? {} : { sessionId: this.#session };
      (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  /** Goes to a page, and waits until it has loaded. */
  async goto(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.#listeners.set('Page.loadEventFired', resolve));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** What an expression comes to in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    })) as {
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  async press(key: string): Promise<void> {
    for (const type of ['keyDown', 'keyUp'])
      await this.send('Input.dispatchKeyEvent', { type, key, code: key });
  }

  /** Drags by the mouse, in pixels of the window. */
  async drag(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const at = (type: string, [x, y]: readonly [number, number]) =>
      this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1 });
    await at('mousePressed', from);
    await at('mouseMoved', [(from[0] + to[0]) / 2, from[1]]);
    await at('mouseMoved', to);
    await at('mouseReleased', to);
  }

  /** Drags by a finger. */
  async swipe(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const at = (type: string, points: readonly (readonly [number, number])[]) =>
      this.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
    await at('touchStart', [from]);
    await at('touchMove', [to]);
    await at('touchEnd', []);
  }

  async screen(width: number, height: number, scheme: 'light' | 'dark', mobile = false): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile });
    await this.send('Emulation.setTouchEmulationEnabled', { enabled: mobile });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
  }

  /** The whole page as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    process.kill(-(this.#child.pid as number), 'SIGKILL');
    await ended;
    // What its other processes had begun to write may be there a moment later.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }
}
