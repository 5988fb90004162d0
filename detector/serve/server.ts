/** The detector over HTTP: the console, verdicts, its metrics, and what a kubelet asks for. */
import { pipeline } from 'node:stream/promises';
import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import { firstLineOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { type GateOptions, refusalOf, strangerRefusal } from '../../common/web/gate.ts';
import type { CheckToken } from '../../common/web/token.ts';
import { writeVerdict } from '../../dataset/episodes/verdicts.ts';
import { CONSOLE_SCRIPT, CONSOLE_STYLE } from '../console/assets.ts';
import type { Evidence } from '../console/evidence.ts';
import { alarmPage, CONSOLE_POLICY, loginPage, messagePage, overviewPage } from '../console/pages.ts';
import type { EvidenceBook } from '../evidence/book.ts';
import type { PastAlarm } from '../watch/fleet-watch.ts';
import type { DetectorMetrics, VerdictKind, Watched } from './metrics.ts';
import { nearestLabel } from './nearest.ts';
import { Sessions, sessionCheck } from './session.ts';
import { parseVerdict, verdictOn } from './verdict.ts';

export interface ServerOptions extends Watched {
  readonly metrics: DetectorMetrics;
  /** Where verdicts are written to. */
  readonly verdictsFile: string;
  /** Records of matches; undefined where nobody said where they are. */
  readonly evidence: EvidenceBook | undefined;
  readonly checkToken: CheckToken | undefined;
  readonly allowedHosts: readonly string[];
  readonly isConnected: () => boolean;
  readonly isReady: () => boolean;
  readonly log: Logger;
}

const LARGEST_BODY = '16kb';

function line(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}

function answer(response: Response, status: number, body: object): void {
  response
    .status(status)
    .type('application/json')
    .send(`${JSON.stringify(body)}\n`);
}

function page(response: Response, text: string, status = 200): void {
  response.status(status).type('text/html').setHeader('Content-Security-Policy', CONSOLE_POLICY).send(text);
}

/** For Prometheus and the kubelet, who have no token. */
function openPages(app: Application, { metrics, isReady }: ServerOptions): void {
  app.get('/metrics', async (_, response) => {
    response.setHeader('Content-Type', metrics.contentType);
    // Whoever goes away in the middle is no failure.
    await pipeline(metrics.page(), response).catch(() => response.destroy());
  });
  app.get('/-/healthy', (_, response) => line(response, 200, 'healthy'));
  app.get('/-/ready', (_, response) =>
    isReady() ? line(response, 200, 'ready') : line(response, 503, 'no row of the stream has come yet'),
  );
  app.get('/console.css', (_, response) => {
    response.type('text/css').setHeader('Cache-Control', 'max-age=300').send(CONSOLE_STYLE);
  });
  app.get('/console.js', (_, response) => {
    response.type('text/javascript').setHeader('Cache-Control', 'max-age=300').send(CONSOLE_SCRIPT);
  });
}

/** Shows a form for the token to a browser that has none yet, and takes it. */
function loginPages(app: Application, { checkToken, allowedHosts }: ServerOptions, sessions: Sessions): void {
  if (checkToken === undefined) return;
  const form = express.urlencoded({ extended: false, limit: '4kb' });
  app.get('/login', (_, response) => page(response, loginPage(false)));
  app.post('/login', form, (request, response) => {
    const refusal = strangerRefusal(request, allowedHosts);
    if (refusal !== undefined) {
      line(response, refusal.status, refusal.message);
      return;
    }
    const { token } = (request.body ?? {}) as { token?: unknown };
    if (typeof token !== 'string' || !checkToken({ authorization: `Bearer ${token}` })) {
      page(response, loginPage(true), 401);
      return;
    }
    const isSecure = 'encrypted' in request.socket;
    response.setHeader('Set-Cookie', sessions.cookie(Date.now(), isSecure));
    response.redirect(303, './');
  });
}

/** Refuses who may not; a browser that asks for a page is shown where to give the token. */
function gate(options: GateOptions) {
  return (request: Request, response: Response, next: NextFunction) => {
    const refusal = refusalOf(request, options);
    if (refusal === undefined) next();
    else if (
      refusal.status === 401 &&
      request.method === 'GET' &&
      request.accepts(['json', 'html']) === 'html'
    )
      response.redirect(303, 'login');
    else answer(response, refusal.status, { error: refusal.message });
  };
}

/** The records of an alarm's node from the window of its first row to its last. */
function evidenceOf({ node, alarm }: PastAlarm, { fleet, evidence }: ServerOptions): Evidence {
  if (evidence === undefined) return 'no source';
  const { cluster, node: name } = node.entity;
  if (fleet.nodes.some(({ entity }) => entity.node === name && entity.cluster !== cluster))
    return 'two clusters';
  const { stepMs, window } = fleet.detector.candidate.plan;
  const events = evidence.within(node.entity, alarm.startMs - window * stepMs, alarm.endMs ?? alarm.lastMs);
  return { events };
}

function consolePages(app: Application, options: ServerOptions): void {
  const { fleet, isActive, isConnected, metrics, verdictsFile, log } = options;
  const { candidate, calibration } = fleet.detector;
  const { classes } = candidate.model;
  const verdicts = new Map<string, string[]>();
  const given = (id: string) => verdicts.get(id) ?? [];
  const found = (id: unknown): PastAlarm | undefined => fleet.alarms.find(({ alarm }) => alarm.id === id);
  app.get('/', (_, response) => {
    const nowMs = Date.now();
    page(
      response,
      overviewPage({
        nodes: fleet.nodes.map((node) => ({
          node,
          state: node.stateAt(nowMs),
          ageMs: nowMs - node.arrivedMs,
        })),
        alarms: fleet.alarms.map(({ node, alarm }) => ({ node, alarm, verdicts: given(alarm.id) })),
        ...{
          classes,
          model: candidate.name,
          isActive,
          isConnected: isConnected(),
          carried: calibration.carried,
        },
      }),
    );
  });
  app.get('/alarm', (request, response) => {
    const own = found(request.query['id']);
    if (own === undefined) {
      page(response, messagePage('No such alarm', 'It is not known, or too long ago.'), 404);
      return;
    }
    const { columns, stepMs } = candidate.plan;
    page(
      response,
      alarmPage({
        ...{ ...own, columns, classes, stepMs, verdicts: given(own.alarm.id) },
        nearest: nearestLabel(candidate.golden, own.alarm.peakInputs.features),
        evidence: evidenceOf(own, options),
      }),
    );
  });
  app.post('/verdicts', express.json({ limit: LARGEST_BODY, strict: false }), (request, response) => {
    const asked = parseVerdict(request.body);
    const own = found(asked.alarm);
    if (own === undefined) {
      answer(response, 404, { error: 'there is no such alarm, or it is too long ago' });
      return;
    }
    const verdict = verdictOn(own, asked, candidate.name, classes);
    const episode = writeVerdict(verdictsFile, verdict, Date.now());
    metrics.verdict(asked.verdict satisfies VerdictKind);
    const said = { confirm: `confirmed as ${asked.as}`, reject: 'rejected', unsure: 'unsure' }[asked.verdict];
    verdicts.set(own.alarm.id, [...given(own.alarm.id), `${said} by ${asked.author}`]);
    log.info('Verdict', {
      alarm: own.alarm.id,
      verdict: asked.verdict,
      as: asked.as ?? '',
      author: asked.author,
    });
    answer(response, 201, { episode: episode ?? null });
  });
}

/** The detector's HTTP interface. */
export function createApp(options: ServerOptions): Application {
  const { checkToken, allowedHosts, log } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use((_, response, next) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    next();
  });
  openPages(app, options);
  const sessions = new Sessions();
  loginPages(app, options, sessions);
  const check = checkToken && sessionCheck(sessions, checkToken);
  app.use(gate({ checkToken: check, allowedHosts }));
  consolePages(app, options);
  app.use((_, response) => answer(response, 404, { error: 'there is no such page, or not for this method' }));
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    const { status } = error as { status?: unknown };
    const isTheirs = error instanceof RangeError || (typeof status === 'number' && status < 500);
    if (!isTheirs) log.error('Request failed', { path: request.path, error: String(error) });
    if (response.headersSent) next(error);
    else
      answer(response, error instanceof RangeError ? 400 : isTheirs ? (status as number) : 500, {
        error: isTheirs ? firstLineOf(error) : `internal error: ${firstLineOf(error)}`,
      });
  });
  return app;
}
