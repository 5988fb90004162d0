import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeEpisodes } from '../../../dataset/episodes/episodes.ts';
import { openDetector } from '../../../detector/candidate/detector.ts';
import { writeCandidate } from '../../../detector/candidate/write.ts';
import { train } from '../../../detector/training/train.ts';
import type { Series } from '../../../learning/table/series.ts';
import { type Child, startChild, waitForChild } from '../../../tools/programs/child.ts';
import { Feed } from '../../../tools/programs/feed.ts';
import { freePort } from '../../../tools/programs/ports.ts';
import { runProgram } from '../../builder/support/cli.ts';
import { ROOT } from '../../support/paths.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { EVENT, lineOf } from '../evidence/support/event.ts';
import { syntheticDataset } from '../support/synthetic.ts';

const TOKEN = 'a-token-of-these-tests-alone';
const STEP_MS = 15_000;

/** Sends records, or lines as they are. */
function tell(feed: Feed, ...records: readonly (object | string)[]): Promise<void> {
  return feed.send(records.map((own) => `${typeof own === 'string' ? own : JSON.stringify(own)}\n`).join(''));
}

describe('kubevigil-detector serve', function () {
  this.timeout(600_000);
  const newFolder = temporaryFolder();
  const dataset = syntheticDataset();
  let folder: string;
  let feed: Feed;
  /** An exporter's records. */
  let records: Feed;
  let program: Child;
  let url: string;
  let sent = 0;
  let startMs: number;

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${TOKEN}`, ...headers }, redirect: 'manual' });
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const until = (what: string, look: () => Promise<boolean>) =>
    waitForChild(program, what, async () => ((await look()) ? true : undefined));

  /** What `/` answers under another name; fetch() sends none but its own. */
  function statusFor(host: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const headers = { Host: host, Authorization: `Bearer ${TOKEN}` };
      request(url, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  /** A row of the dataset, as if it were of these minutes. */
  function record({ entity, values }: Series, row: number): object {
    const cells = dataset.columns.map(({ name }, i) => {
      const value = values[i]?.[row] as number;
      return [name, Number.isNaN(value) ? null : value];
    });
    const timestamp = new Date(startMs + row * STEP_MS).toISOString();
    return { type: 'row', id: `${sent++}`, row: { timestamp, ...entity, ...Object.fromEntries(cells) } };
  }

  async function sendRows(from: number, to: number): Promise<void> {
    for (let row = from; row < to; row++) {
      const timestamp = new Date(startMs + row * STEP_MS).toISOString();
      await tell(feed, ...dataset.series.map((series) => record(series, row)), {
        type: 'step',
        id: `${sent++}`,
        timestamp,
      });
    }
  }

  before(async () => {
    folder = newFolder();
    const models = join(folder, 'models');
    const { name, contents } = await train([dataset], 1, () => {});
    mkdirSync(models);
    const place = writeCandidate(models, name, contents);
    const opened = await openDetector(place);
    await opened.close();
    const promoted = {
      ...{ schemaVersion: 1, model: opened.candidate.name, manifestSha256: opened.candidate.manifestSha256 },
      ...{ decider: 'trees', evaluationSha256: '0'.repeat(64), budget: 100, reasons: [] },
    };
    writeFileSync(join(models, 'promoted.json'), JSON.stringify(promoted));
    feed = await Feed.open();
    records = await Feed.open();
    writeFileSync(join(folder, 'events.jsonl'), '');
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, TOKEN);
    const streamToken = join(folder, 'stream-token');
    writeFileSync(streamToken, 'for-the-stream\n');
    program = startChild(
      process.execPath,
      [
        join(ROOT, 'dist', 'detector', 'main.js'),
        ...['serve', '--model', models, '--stream', feed.url, '--stream.token-file', streamToken],
        ...['--web.listen-address', address, '--token-file', tokenFile],
        ...['--verdicts', join(folder, 'verdicts.csv'), '--log.format', 'json', '--shadow', place],
        ...['--events', records.url, '--events.token-file', streamToken],
        ...['--events', join(folder, 'events.jsonl')],
        ...['--web.allowed-host', 'Detector.lab', '--log.level', 'info'],
      ],
      join(folder, 'detector.log'),
    );
    await until('the detector to read the stream', async () => feed.readers === 1);
    // Rows end a little before now, an episode among the last: see the synthetic dataset.
    startMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - 580 * STEP_MS;
    await sendRows(0, 575);
    await until('rows to be scored', async () =>
      /kubevigil_detector_rows_total 1725\b/.test(await metrics()),
    );
  });

  after(async () => {
    await program?.stop();
    feed?.close();
    records?.close();
  });

  it('is ready once rows come, and tells which model it is and how far it can be relied on', async () => {
    expect((await fetch(`${url}/-/ready`)).status).to.equal(200);
    const page = await metrics();
    expect(page).to.match(
      /^kubevigil_detector_model_info\{model="[\w-]+",decider="trees",mode="active"\} 1$/m,
    );
    expect(page).to.match(/^kubevigil_detector_stream_connected 1$/m);
    expect(page).to.match(/^kubevigil_detector_calibration_node_hours [\d.]+$/m);
    expect(page).to.match(
      /^kubevigil_detector_anomaly_score\{cluster="lab",node="c",namespace="",pod=""\} [\d.e-]+$/m,
    );
    expect(page).to.match(
      /^kubevigil_detector_node_state\{cluster="lab",node="a",namespace="",pod="",state="watching"\} 1$/m,
    );
    expect(page).to.match(/^kubevigil_detector_alarms_total ([1-9]\d*)$/m);
    // The same model in the shadow would have raised the same.
    const count = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(page)?.[1];
    expect(count('kubevigil_detector_shadow_alarms_total')).to.equal(
      count('kubevigil_detector_alarms_total'),
    );
  });

  it('alarms in an attack with its class and columns, and shows it', async () => {
    const series = { ...(dataset.series[0] as Series) };
    // cpu_burn from now on.
    const values = series.values.map((column, i) => (i === 0 ? column.map(() => 0.95) : column));
    for (let row = 575; row < 580; row++)
      await tell(feed, record({ ...series, values }, row), {
        type: 'step',
        timestamp: new Date(startMs + row * STEP_MS).toISOString(),
      });
    const own = '\\{cluster="lab",node="a",namespace="",pod=""';
    await until('the alarm', async () =>
      new RegExp(`kubevigil_detector_alarm${own}\\} 1`).test(await metrics()),
    );
    // An alarm is explained after the step that raised it.
    const explained = new RegExp(`^kubevigil_detector_contribution${own},column="cpu_busy_ratio"\\} `, 'm');
    await until('the explanation', async () => explained.test(await metrics()));
    const page = await metrics();
    const probability = new RegExp(
      `^kubevigil_detector_class_probability${own},class="cpu_burn"\\} ([\\d.e-]+)$`,
      'm',
    );
    expect(Number(probability.exec(page)?.[1])).to.be.greaterThan(0.5);
    const overview = await (await get('/')).text();
    expect(overview).to.include('1 of 3 nodes alarm');
    const link = /href="(alarm\?id=[^"]+)"/.exec(overview)?.[1] ?? '';
    const alarm = await (await get(`/${link}`)).text();
    expect(alarm).to.match(
      /Were <code>cpu_busy_ratio<\/code> usual, the score would be [\d.]+, not [\d.]+\./,
    );
    expect(alarm).to.include('the nearest is one of cpu_burn');
  });

  it('shows an alarm with the records of its node in its time, wherever they come from', async () => {
    const overview = await (await get('/')).text();
    const link = /href="(alarm\?id=[^"]+)"/.exec(overview)?.[1] ?? '';
    const page = async () => (await get(`/${link}`)).text();
    expect(await page()).to.include('No rule of the exporter matched');
    const timeMs = startMs + 576 * STEP_MS;
    const record = (id: string, rule: string, own: Partial<typeof EVENT> = {}) =>
      lineOf({ ...EVENT, id, rule, timeMs, ...own });
    await until('the exporter to be asked', async () => records.readers === 1);
    expect(records.asked.at(-1)?.authorization).to.equal('Bearer for-the-stream');
    await tell(
      records,
      'no record at all',
      record('7-1', 'from_an_exporter', { details: '{"line":"<img src=x onerror=alert(1)>"}' }),
      record('7-2', 'of_another_node', { node: 'b' }),
      record('7-3', 'long_before', { timeMs: startMs }),
    );
    appendFileSync(
      join(folder, 'events.jsonl'),
      `${record('7-4', 'from_a_file')}\n${record('7-1', 'known_already')}\n`,
    );
    await until('both records', async () => {
      const text = await page();
      return text.includes('from_an_exporter') && text.includes('from_a_file');
    });
    const text = await page();
    for (const no of ['of_another_node', 'long_before', 'known_already', '<img'])
      expect(text).not.to.include(no);
    expect(text).to.include('&lt;img src=x');
    const before = records.asked.length;
    records.cut();
    await until('the exporter to be asked again', async () => records.asked.length > before);
    expect(records.asked.at(-1)?.lastId).to.equal('7-3');
  });

  it('writes verdicts down as episodes with who gave them, and refuses what is none', async () => {
    const overview = await (await get('/')).text();
    const id = decodeURIComponent(/href="alarm\?id=([^"]+)"/.exec(overview)?.[1] ?? '');
    const post = (body: object, headers: Record<string, string> = {}) =>
      fetch(`${url}/verdicts`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const verdict = {
      alarm: id,
      verdict: 'confirm',
      as: 'cpu_burn',
      start: startMs,
      end: startMs + 60_000,
      author: 'Ada',
      note: 'seen, "in" top\nand ps',
    };
    expect((await post(verdict)).status).to.equal(201);
    expect((await post({ ...verdict, verdict: 'reject', as: undefined })).status).to.equal(201);
    expect((await post({ ...verdict, verdict: 'unsure', as: undefined })).status).to.equal(201);
    for (const [other, status] of [
      [{ ...verdict, as: undefined }, 400],
      [{ ...verdict, as: 'normal' }, 400],
      [{ ...verdict, as: 'a,b\n' }, 400],
      [{ ...verdict, author: '' }, 400],
      [{ ...verdict, end: startMs }, 400],
      [{ ...verdict, end: startMs + 30 * 86_400_000 }, 400],
      [{ ...verdict, more: 1 }, 400],
      [{ ...verdict, alarm: 'none' }, 404],
    ] as const) {
      const answer = await post(other);
      expect(answer.status).to.equal(status);
      expect(((await answer.json()) as { error: string }).error).not.to.include('\n');
    }
    expect((await post(verdict, { Origin: 'http://elsewhere.example' })).status).to.equal(403);
    expect((await post(verdict, { 'Content-Type': 'text/plain' })).status).to.equal(415);
    const file = join(folder, 'verdicts.csv');
    const episodes = decodeEpisodes(readFileSync(file), file);
    expect(
      episodes.map(({ scenario, role, node, startMs: from }) => [scenario, role, node, from]),
    ).to.deep.equal([
      ['cpu_burn', 'attack', 'a', startMs],
      ['false_alarm', 'benign', 'a', startMs],
    ]);
    const lines = readFileSync(`${file}.provenance.jsonl`, 'utf8').trimEnd().split('\n');
    const provenance = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(provenance.map(({ as }) => as)).to.deep.equal(['cpu_burn', 'normal', null]);
    expect(provenance[0]).to.include({
      author: 'Ada',
      alarm: id,
      labelBefore: 'cpu_burn',
      note: verdict.note,
    });
    expect(await metrics()).to.match(/^kubevigil_detector_verdicts_total\{verdict="confirm"\} 1$/m);
  });

  it('shows nothing and takes nothing without the token, and keeps a browser signed in that has shown it', async () => {
    expect((await fetch(`${url}/verdicts`, { method: 'POST' })).status).to.equal(401);
    expect((await fetch(`${url}/`, { headers: { Accept: 'application/json' } })).status).to.equal(401);
    const page = await fetch(`${url}/`, { headers: { Accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).to.deep.equal([303, 'login']);
    const login = (token: string, headers = {}) =>
      fetch(`${url}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: new URLSearchParams({ token }),
      });
    expect((await login('wrong')).status).to.equal(401);
    expect((await login(TOKEN, { Origin: 'http://elsewhere.example' })).status).to.equal(403);
    const right = await login(TOKEN);
    expect(right.status).to.equal(303);
    const cookie = right.headers.get('set-cookie') ?? '';
    expect(cookie).to.match(/; HttpOnly; SameSite=Strict; /);
    const value = cookie.split(';', 1)[0] ?? '';
    expect((await fetch(`${url}/`, { headers: { Cookie: value } })).status).to.equal(200);
    expect((await fetch(`${url}/`, { headers: { Cookie: value.replace(/=\d/, '=9') } })).status).to.equal(
      401,
    );
    expect(await statusFor('elsewhere.example')).to.equal(421);
    expect(await statusFor('detector.lab')).to.equal(200);
  });

  it('takes no row twice, and none that lies, with a metric and a line for each kind', async () => {
    const before = await metrics();
    const rows = Number(/kubevigil_detector_rows_total (\d+)/.exec(before)?.[1]);
    const old = record(dataset.series[2] as Series, 3);
    const whole = record(dataset.series[2] as Series, 576) as { row: object };
    await tell(
      feed,
      old,
      'no json at all',
      { ...whole, row: { ...whole.row, cpu_busy_ratio: 'NaN' } },
      { ...whole, row: { ...whole.row, node: 'n'.repeat(100_000) } },
      { ...whole, row: { ...whole.row, timestamp: '2099-01-01T00:00:00Z' } },
      `{"type":"row","row":"${'x'.repeat(1_200_000)}"}`,
      whole,
      { type: 'step', timestamp: new Date().toISOString() },
    );
    await until('the whole row', async () =>
      (await metrics()).includes(`kubevigil_detector_rows_total ${rows + 1}`),
    );
    const page = await metrics();
    for (const reason of ['json', 'schema', 'name', 'time', 'size', 'repeated'])
      expect(page).to.match(
        new RegExp(`^kubevigil_detector_rows_refused_total\\{reason="${reason}"\\} 1$`, 'm'),
      );
    const log = program.output();
    expect(log.match(/"reason":"json"/g)).to.have.length(1);
  });

  it('reads on after the last record when the stream is cut, and anew where that means nothing', async () => {
    const connections = feed.asked.length;
    feed.cut();
    await until('the next connection', async () => feed.asked.length > connections && feed.readers === 1);
    expect(feed.asked.at(-1)?.lastId).to.equal(String(sent - 1));
    expect(feed.asked.at(-1)?.authorization).to.equal('Bearer for-the-stream');
    feed.refusal = 400;
    feed.cut();
    const refused = feed.asked.length;
    await until('a refusal', async () => feed.asked.length > refused);
    feed.refusal = undefined;
    await until('the next connection', async () => feed.readers === 1);
    expect(feed.asked.at(-1)?.lastId).to.equal(undefined);
  });

  it('refuses what cannot be served, in one line', async () => {
    const refused = async (wanted: RegExp, ...args: string[]) => {
      const all = ['serve', '--model', join(folder, 'models'), ...args];
      const { code, stderr } = await runProgram(process.execPath, [
        join(ROOT, 'dist', 'detector', 'main.js'),
        ...all,
      ]);
      expect(stderr).to.match(wanted);
      expect(stderr.trimEnd()).not.to.include('\n');
      expect(code).to.equal(2);
    };
    await refused(/--stream ftp:\/\/x: say an address/, '--stream', 'ftp://x');
    await refused(
      /is not loopback: whoever reaches it could write verdicts/,
      '--stream',
      feed.url,
      '--web.listen-address',
      ':24927',
    );
    await refused(/--stream.token-file \/none: ENOENT/, '--stream', feed.url, '--stream.token-file', '/none');
    await refused(/--events ftp:\/\/x: say an exporter such as/, '--stream', feed.url, '--events', 'ftp://x');
    await refused(
      /--web.config.file \/none: there is no such file/,
      '--stream',
      feed.url,
      '--web.config.file',
      '/none',
    );
  });

  it('ends on SIGTERM without a word too many', async () => {
    await program.stop();
    expect(program.process.exitCode).to.equal(0);
  });
});
