import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import { z } from 'zod';
import { firstLineOf } from '../../common/errors.ts';
import { readToken } from '../../common/web/token.ts';
import { INVOLVEMENTS, SCENARIO_ROLES } from '../../dataset/episodes/contract.ts';
import { linesFor, ownLine, type ScenarioLine, UNDO_MS } from '../ground-truth/episode.ts';
import type { Ledger } from '../ground-truth/ledger.ts';
import { ScenariosError } from '../scenario/errors.ts';
import { TOKEN_VARIABLE } from '../serve/options.ts';
import { aheadMs } from './clock.ts';
import type { PlanTarget } from './plan-schema.ts';
import type { EpisodeRequest, Target } from './target.ts';

const TIMEOUT_MS = 15_000;
const POLL_MS = 500;
/** The service stops the load by itself when it is not asked for again: a campaign that is gone leaves none. */
const LEASE_SECONDS = 300;
const RENEW_MS = 100_000;

const subjectSchema = z.object({
  cluster: z.string().min(1).optional(),
  node: z.string().min(1),
  namespace: z.string(),
  pod: z.string(),
});
const affectedSchema = subjectSchema.extend({ involvement: z.enum(INVOLVEMENTS).optional() });
const episodeSchema = affectedSchema.extend({
  episode: z.string(),
  scenario: z.string(),
  role: z.enum(SCENARIO_ROLES),
  run: z.string(),
  chain: z.string().optional(),
  stage: z.string().optional(),
  start: z.number(),
  end: z.number(),
  outcome: z.enum(['running', 'completed', 'stopped', 'failed']),
  affects: z.array(affectedSchema),
  failure: z.string().optional(),
});
const aboutSchema = z.object({
  now: z.number(),
  subject: subjectSchema,
  scenarios: z.array(z.object({ name: z.string() })),
});
const errorSchema = z.object({ error: z.string() });

type EpisodeAnswer = z.output<typeof episodeSchema>;

const bodyOf = ({ durationMs, intensity, affects, involvement, target, parameters }: EpisodeRequest) => ({
  durationSeconds: durationMs / 1000,
  intensity,
  affects,
  ...(involvement !== undefined && { involvement }),
  ...(target !== undefined && { target }),
  ...(parameters !== undefined && { parameters }),
});

const pathOf = (episode: string) => `/episodes/${encodeURIComponent(episode)}`;

const linesTold = (told: EpisodeAnswer, cluster: string | undefined) =>
  linesFor({ ...lineOf(told), ...(cluster !== undefined && { cluster }) }, told.affects);

const lineOf = ({
  start,
  end,
  affects: _,
  outcome: __,
  failure: ___,
  chain,
  stage,
  ...line
}: EpisodeAnswer): ScenarioLine => ({
  ...line,
  ...(chain !== undefined && stage !== undefined && { chain, stage }),
  startMs: start,
  endMs: end,
});

function clientOf({ url, tokenFile, caFile }: PlanTarget): AxiosInstance {
  const token = readToken(tokenFile, process.env, TOKEN_VARIABLE);
  return axios.create({
    baseURL: url.replace(/\/$/, ''),
    headers: { ...(token !== undefined && { 'X-Kubevigil-Token': token }) },
    ...(caFile !== undefined && { httpsAgent: new Agent({ ca: readFileSync(caFile) }) }),
    // A service that sends the token elsewhere is not the one that was meant.
    maxRedirects: 0,
    proxy: false,
    timeout: TIMEOUT_MS,
    validateStatus: () => true,
  });
}

/** Asks the service; the answer has the shape, or the error says what came instead. */
class Api {
  readonly #client: AxiosInstance;
  readonly #url: string;

  constructor(target: PlanTarget) {
    this.#client = clientOf(target);
    this.#url = new URL(target.url).origin;
  }

  async ask<T extends z.ZodType>(
    schema: T,
    method: string,
    path: string,
    data?: object,
  ): Promise<z.output<T>> {
    let answer: { status: number; data: unknown };
    try {
      answer = await this.#client.request({ method, url: path, ...(data !== undefined && { data }) });
    } catch (cause) {
      const code = axios.isAxiosError(cause) ? (cause.code ?? firstLineOf(cause)) : firstLineOf(cause);
      throw new ScenariosError('unreachable', `no kubevigil-scenarios at ${this.#url} (${code})`, { cause });
    }
    const { status, data: body } = answer;
    if (status >= 300) {
      const said = errorSchema.safeParse(body).data?.error ?? `status ${status}`;
      throw new ScenariosError('refused', `${this.#url} refuses ${method} ${path}: ${said}`);
    }
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    throw new ScenariosError('unreachable', `${this.#url} answers ${method} ${path} with something else`, {
      cause: result.error,
    });
  }
}

/**
 * The cluster of a service: what it tells, else the plan, else what the command line says of all.
 *
 * @throws {ScenariosError} `plan` when service and plan tell two
 */
function clusterOf({ url, cluster }: PlanTarget, told: string | undefined, ofAll: string | undefined) {
  if (told === undefined) return cluster ?? ofAll;
  if (cluster === undefined || cluster === told) return told;
  throw new ScenariosError(
    'plan',
    `targets: ${new URL(url).origin} is in cluster ${told} (its --cluster), not in ${cluster}: change one of them`,
  );
}

/**
 * A `kubevigil-scenarios serve` on another node. Its own ledger and metrics have the same lines as the campaign's.
 *
 * @param cluster of targets that neither tell theirs nor have it in the plan
 * @throws {ScenariosError} `unreachable`, `refused`; `plan` when it has not all the scenarios, or is in another cluster
 */
export async function openRemoteTarget(
  plan: PlanTarget,
  wanted: readonly string[],
  ledger: Ledger,
  cluster?: string,
): Promise<Target> {
  const api = new Api(plan);
  const about = () => api.ask(aboutSchema, 'GET', '/scenarios');
  const { subject: told, scenarios } = await about();
  const own = clusterOf(plan, told.cluster, cluster);
  const subject = { ...told, ...(own !== undefined && { cluster: own }) };
  const missing = wanted.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (missing !== undefined) throw new ScenariosError('plan', `${plan.url} has no scenario ${missing}`);
  let renewal: NodeJS.Timeout | undefined;

  /** Follows an episode to its end, also over a moment in which the service does not answer. */
  async function follow(line: ScenarioLine, signal: AbortSignal): Promise<EpisodeAnswer> {
    const path = pathOf(line.episode);
    for (;;) {
      try {
        const told = await api.ask(episodeSchema, signal.aborted ? 'DELETE' : 'GET', path);
        if (told.outcome !== 'running') return told;
      } catch (error) {
        const isOver = Date.now() > line.endMs + UNDO_MS;
        if (signal.aborted || isOver || !(error instanceof ScenariosError && error.code === 'unreachable'))
          throw error;
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  return {
    node: subject.node,
    cluster: own,
    async check(request) {
      await api.ask(z.unknown(), 'POST', `/scenarios/${request.scenario.name}`, {
        ...bodyOf(request),
        dryRun: true,
      });
    },
    async carryOut({ episode, run, place, ...request }, signal) {
      const startMs = Date.now();
      const { scenario, durationMs, affects, involvement } = request;
      const { name, role } = scenario;
      // Before it can begin; the service's own moments, when they are known, take its place.
      const expected = ownLine({
        ...subject,
        episode,
        scenario: name,
        role,
        involvement,
        run,
        ...place,
        startMs,
        endMs: startMs + durationMs + UNDO_MS + TIMEOUT_MS,
      });
      ledger.record(linesFor(expected, affects));
      let mayBeOn = true;
      try {
        const body = { ...bodyOf(request), episode, run, ...place };
        const begun = await api.ask(episodeSchema, 'POST', `/scenarios/${name}`, body).catch((error) => {
          mayBeOn = !(error instanceof ScenariosError && error.code === 'refused');
          throw error;
        });
        ledger.amend(linesTold(begun, own));
        const ended = await follow(lineOf(begun), signal);
        ledger.amend(linesTold(ended, own));
        return { outcome: ended.outcome, failure: ended.failure };
      } catch (error) {
        // If it cannot be stopped, its time will be over.
        if (mayBeOn) await api.ask(z.unknown(), 'DELETE', pathOf(episode)).catch(() => {});
        else ledger.withdraw(linesFor(expected, affects));
        throw error;
      }
    },
    async setBackground(requestsPerSecond) {
      clearInterval(renewal);
      if (requestsPerSecond === 0) {
        await api.ask(z.unknown(), 'DELETE', '/background');
        return;
      }
      const body = { requestsPerSecond, durationSeconds: LEASE_SECONDS };
      const renew = () => api.ask(z.unknown(), 'PUT', '/background', body);
      await renew();
      // A renewal that fails is made up for by the next: the lease is longer than two of them.
      renewal = setInterval(() => void renew().catch(() => {}), RENEW_MS).unref();
    },
    clockAheadMs: () => aheadMs(async () => (await about()).now),
    async close() {
      clearInterval(renewal);
      // The service may be gone; its lease ends the load all the same.
      await api.ask(z.unknown(), 'DELETE', '/background').catch(() => {});
    },
  };
}
