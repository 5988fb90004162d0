import { randomBytes } from 'node:crypto';
import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import type { Registry } from 'prom-client';
import { firstLineOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { MS_PER_SECOND } from '../../common/ms.ts';
import { type GateOptions, refusalOf } from '../../common/web/gate.ts';
import { checkScenario, type Runner } from '../runner/runner.ts';
import { ScenariosError, type ScenariosErrorCode } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { BackgroundLoad } from '../victim/background.ts';
import type { OwnVictim } from '../victim/open-victim.ts';
import { parseBackground, parseStart } from './requests.ts';
import { episodeView, scenarioView } from './views.ts';

interface OpenPages {
  readonly registry: Registry;
  readonly isReady: () => boolean;
}

export interface ServerOptions extends GateOptions, OpenPages {
  readonly scenarios: readonly Scenario[];
  readonly runner: Runner;
  readonly background: BackgroundLoad;
  readonly victim: OwnVictim;
  /** Services beside loopback that may be troubled. */
  readonly allowedTargets: readonly string[];
  /** Where scenarios may write. */
  readonly folder: string;
  readonly log: Logger;
}

const LARGEST_BODY = '16kb';
const STATUS: Partial<Record<ScenariosErrorCode, number>> = {
  request: 400,
  refused: 422,
  unknown: 404,
  conflict: 409,
  full: 429,
  closing: 503,
};

function refuse(response: Response, status: number, message: string): void {
  response
    .status(status)
    .type('application/json')
    .send(`${JSON.stringify({ error: message })}\n`);
}

function answer(response: Response, status: number, body: object): void {
  response
    .status(status)
    .type('application/json')
    .send(`${JSON.stringify(body)}\n`);
}

function line(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}

/** `cpu_burn-20261124T164500.123Z-3f9a`: sorts by time, and is nobody else's. */
function episodeName(scenario: string): string {
  const at = new Date().toISOString().replaceAll(/[-:]/g, '');
  return `${scenario}-${at}-${randomBytes(2).toString('hex')}`;
}

/** Pages that cannot start anything and tell nothing that is secret: for Prometheus and the kubelet, who have no token. */
function openPages(app: Application, { registry, isReady }: OpenPages): void {
  app.get('/metrics', async (_, response) => {
    response.setHeader('Content-Type', registry.contentType);
    response.end(await registry.metrics());
  });
  app.get('/-/healthy', (_, response) => line(response, 200, 'healthy'));
  app.get('/-/ready', (_, response) =>
    isReady() ? line(response, 200, 'ready') : line(response, 503, 'about to end'),
  );
}

function guardedPages(app: Application, options: ServerOptions): void {
  const { scenarios, runner, background, folder, victim, allowedTargets } = options;
  const named = (name: unknown): Scenario => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found !== undefined) return found;
    const known = scenarios.map((scenario) => scenario.name).join(', ');
    throw new ScenariosError('unknown', `there is no scenario ${JSON.stringify(name)}: there are ${known}`);
  };
  app.get('/', (_, response) =>
    line(response, 200, 'kubevigil-scenarios: GET /scenarios, POST and DELETE /scenarios/<name>, /metrics'),
  );
  app.get('/scenarios', (_, response) => {
    const { running } = runner;
    answer(response, 200, {
      now: Date.now(),
      subject: runner.subject,
      scenarios: scenarios.map((scenario) => scenarioView(scenario, running)),
    });
  });
  app.post('/scenarios/:name', async (request, response) => {
    const scenario = named(request.params.name);
    const asked = parseStart(request.body);
    const options = {
      durationMs: asked.durationSeconds * MS_PER_SECOND,
      intensity: asked.intensity,
      folder,
      target: asked.target ?? victim.url,
      victim,
      allowedTargets,
      ...(asked.parameters !== undefined && { parameters: asked.parameters }),
    };
    if (asked.dryRun) {
      await checkScenario(scenario, options);
      answer(response, 200, {});
      return;
    }
    const { episode = episodeName(scenario.name), run = '', involvement, affects, chain, stage } = asked;
    const place = chain === undefined || stage === undefined ? undefined : { chain, stage };
    const order = { scenario, episode, run, place, involvement, affects, options };
    answer(response, 202, episodeView(await runner.start(order)));
  });
  app.delete('/scenarios/:name', async (request, response) => {
    const { name } = named(request.params.name);
    const own = runner.running.filter(({ line }) => line.scenario === name);
    if (own.length === 0) throw new ScenariosError('unknown', `${name} is not on`);
    await Promise.all(own.map(({ line }) => runner.stop(line.episode)));
    answer(response, 200, { episodes: own.map(episodeView) });
  });
  const episode = (name: string) => {
    const found = runner.find(name);
    if (found !== undefined) return found;
    throw new ScenariosError(
      'unknown',
      `there is no episode ${JSON.stringify(name)} that is on or ended lately`,
    );
  };
  app.get('/episodes/:episode', (request, response) =>
    answer(response, 200, episodeView(episode(request.params.episode))),
  );
  app.delete('/episodes/:episode', async (request, response) => {
    const found = episode(request.params.episode);
    await runner.stop(found.line.episode);
    answer(response, 200, episodeView(found));
  });
  app.put('/background', (request, response) => {
    const { requestsPerSecond, durationSeconds } = parseBackground(request.body);
    background.start(requestsPerSecond, durationSeconds * MS_PER_SECOND);
    answer(response, 202, { requestsPerSecond, durationSeconds });
  });
  app.delete('/background', async (_, response) => {
    await background.stop();
    answer(response, 200, {});
  });
}

/** A status that express' own errors bring, such as 400 for broken JSON and 413 for too much of it. */
function statusOf(error: unknown): number {
  if (error instanceof ScenariosError) return STATUS[error.code] ?? 500;
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function newApp(): Application {
  const app = express();
  return app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
}

/** Nothing but the ground truth, for a campaign that is not asked for anything. */
export function createTruthApp(registry: Registry): Application {
  const app = newApp();
  openPages(app, { registry, isReady: () => true });
  app.use((_, response) => line(response, 404, 'not found'));
  return app;
}

/** The service's HTTP interface. Errors are one line of JSON. */
export function createApp(options: ServerOptions): Application {
  const app = newApp();
  openPages(app, options);
  app.use((request, response, next) => {
    const refusal = refusalOf(request, options);
    if (refusal === undefined) next();
    else refuse(response, refusal.status, refusal.message);
  });
  app.use(express.json({ limit: LARGEST_BODY, strict: false }));
  guardedPages(app, options);
  app.use((_, response) => refuse(response, 404, 'there is no such page, or not for this method'));
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    const status = statusOf(error);
    if (status === 500) options.log.error('Request failed', { path: request.path, error: String(error) });
    if (response.headersSent) next(error);
    else
      refuse(
        response,
        status,
        status === 500 && !(error instanceof ScenariosError) ? 'internal error' : firstLineOf(error),
      );
  });
  return app;
}
