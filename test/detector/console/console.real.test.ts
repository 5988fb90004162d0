import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CONSOLE_SCRIPT, CONSOLE_STYLE } from '../../../detector/console/assets.ts';
import { alarmPage, CONSOLE_POLICY } from '../../../detector/console/pages.ts';
import { browserOrSkip, Page } from '../../support/chromium.ts';
import { alarmView, STEP_MS } from './support/view.ts';

interface Window {
  readonly start: number;
  readonly end: number;
}

describe("the window of an alarm's verdict, in a browser", () => {
  const view = alarmView();
  const posted: Window[] = [];
  let server: Server;
  let page: Page;
  let url: string;

  before(async function () {
    const browser = browserOrSkip(this);
    server = createServer(async (request, response) => {
      const files: Readonly<Record<string, readonly [string, string]>> = {
        '/alarm': ['text/html', alarmPage(view)],
        '/console.css': ['text/css', CONSOLE_STYLE],
        '/console.js': ['text/javascript', CONSOLE_SCRIPT],
      };
      const [type, body] = files[request.url ?? ''] ?? ['application/json', '{"episode":"e"}'];
      if (request.method === 'POST') {
        let text = '';
        for await (const chunk of request.setEncoding('utf8')) text += chunk;
        posted.push(JSON.parse(text) as Window);
      }
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': CONSOLE_POLICY }).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarm`;
    page = await Page.open(browser);
  });
  beforeEach(async () => {
    await page.screen(1_200, 900, 'light');
    await page.goto(url);
    await page.evaluate(`document.querySelector('.picker').scrollIntoView({ block: 'center' })`);
  });
  after(async () => {
    await page?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const edge = (name: string) => `document.querySelector('.edge.${name}')`;
  const window = () =>
    page.evaluate<Window>(
      `(({ start, end }) => ({ start: Number(start.value), end: Number(end.value) }))(document.getElementById('verdict').elements)`,
    );
  const told = (name: string) =>
    page.evaluate<Record<string, string>>(
      `Object.fromEntries(['now', 'min', 'max', 'text'].map((key) => [key, ${edge(name)}.getAttribute('aria-value' + key)]))`,
    );
  /** The middle of an edge, and the pixels of a step. */
  const place = (name: string) =>
    page.evaluate<{ at: [number, number]; step: number }>(`(() => {
      const own = ${edge(name)}.getBoundingClientRect();
      const { width } = document.querySelector('.picker').getBoundingClientRect();
      const { from, to, step } = document.querySelector('.picker').dataset;
      return { at: [own.left + own.width / 2, own.top + own.height / 2], step: (width * step) / (to - from) };
    })()`);
  const focus = (name: string) => page.evaluate(`${edge(name)}.focus()`);

  for (const way of ['drag', 'swipe'] as const) {
    it(`moves an edge by ${way === 'drag' ? 'the mouse' : 'a finger on a phone'}, row by row, and it is told to those who do not see it`, async () => {
      if (way === 'swipe') {
        await page.screen(390, 844, 'light', true);
        await page.evaluate(`document.querySelector('.picker').scrollIntoView({ block: 'center' })`);
      }
      const before = await window();
      const start = await place('start');
      await page[way](start.at, [start.at[0] - 3.2 * start.step, start.at[1]]);
      const end = await place('end');
      await page[way](end.at, [end.at[0] + 2.1 * end.step, end.at[1]]);
      const after = await window();
      expect(after).to.deep.equal({ start: before.start - 3 * STEP_MS, end: before.end + 2 * STEP_MS });
      expect((await told('start'))['now']).to.equal(String(after.start));
      expect((await told('start'))['text']).to.equal(
        new Date(after.start).toISOString().replace('.000Z', 'Z'),
      );
      expect((await told('end'))['min']).to.equal(String(after.start + STEP_MS));
      expect(await page.evaluate('document.activeElement.dataset.name')).to.equal('end');
    });
  }

  it('moves the edge that is nearer to where the drawing is pressed', async () => {
    const before = await window();
    const { at, step } = await place('start');
    const where = [at[0] - 4 * step, at[1]] as const;
    await page.drag(where, where);
    expect(await window()).to.deep.equal({ ...before, start: before.start - 4 * STEP_MS });
  });

  it('moves an edge by the keyboard, no further than the drawing, and never past the other', async () => {
    const before = await window();
    await focus('start');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp', 'PageDown']) await page.press(key);
    expect(await window()).to.deep.equal({ ...before, start: before.start - 5 * STEP_MS });
    await page.press('End');
    expect(await window()).to.deep.equal({ ...before, start: before.end - STEP_MS });
    await page.press('ArrowRight');
    expect((await window()).start).to.equal(before.end - STEP_MS);
    await page.press('Home');
    await page.press('ArrowLeft');
    expect(String((await window()).start)).to.equal((await told('start'))['min']);
    await focus('end');
    await page.press('End');
    expect(String((await window()).end)).to.equal((await told('end'))['max']);
    await page.press('Home');
    const { start, end } = await window();
    expect(end).to.equal(start + STEP_MS);
  });

  it('is what the verdict says, and nothing is refused by the page or its policy', async () => {
    await focus('start');
    await page.press('ArrowLeft');
    const wanted = await window();
    await page.evaluate(`(() => {
      const form = document.getElementById('verdict');
      form.elements.verdict.value = 'reject';
      form.elements.author.value = 'Ada';
      form.requestSubmit();
    })()`);
    await page.evaluate(`new Promise((resolve) => {
      const look = () => (document.getElementById('result').textContent === '' ? setTimeout(look, 20) : resolve());
      look();
    })`);
    expect(await page.evaluate(`document.getElementById('result').textContent`)).to.equal('Written down.');
    expect(posted.at(-1)).to.include(wanted);
    expect(page.complaints).to.deep.equal([]);
  });

  it('fits a phone: nothing but tables scrolls to the side', async () => {
    await page.screen(390, 844, 'dark', true);
    await page.goto(url);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
  });
});
