/** `serve`: reads a stream of rows, scores each step, and shows what it comes to. */
import { setInterval } from 'node:timers';
import { setImmediate } from 'node:timers/promises';
import { aborted, undoingEndSignal } from '../../common/end-signal.ts';
import { firstLineOf } from '../../common/errors.ts';
import { createLogger, type Logger } from '../../common/log.ts';
import type { Line } from '../../common/stream/lines.ts';
import { listen } from '../../common/web/listen.ts';
import { openWebConfig } from '../../common/web/open-config.ts';
import { tokenCheck } from '../../common/web/token.ts';
import { openDetector } from '../candidate/detector.ts';
import { EvidenceBook } from '../evidence/book.ts';
import { readEvidence } from '../evidence/sources.ts';
import { readStream } from '../stream/connection.ts';
import { parseLine, type RefusalReason, type StreamRow } from '../stream/records.ts';
import { FleetWatch } from '../watch/fleet-watch.ts';
import { DetectorMetrics } from './metrics.ts';
import { LISTEN_FLAG, type ServeOptions } from './options.ts';
import { createApp } from './server.ts';

/** Rows of a step whose end is not told are scored after so long. */
const PATIENCE_MS = 500;
const FORGET_EVERY_MS = 60_000;
const GRACE_MS = 1_000;
const RESPONSE_MS = 30_000;
/** One line a reason and so long: a stream that lies does not fill the log. */
const TOLD_EVERY_MS = 60_000;

/** Tells of refused lines, of each reason now and then. */
function complaints(log: Logger, metrics: DetectorMetrics) {
  const told = new Map<RefusalReason, number>();
  return (reason: RefusalReason, message: string) => {
    metrics.refused(reason);
    const nowMs = performance.now();
    if (nowMs - (told.get(reason) ?? Number.NEGATIVE_INFINITY) < TOLD_EVERY_MS) return;
    told.set(reason, nowMs);
    log.warn('The stream has what cannot be taken', { reason, what: message });
  };
}

/** Takes lines of the stream one after the other, and scores whole steps. */
class Intake {
  readonly #fleets: readonly FleetWatch[];
  readonly #metrics: DetectorMetrics;
  readonly #complain: (reason: RefusalReason, message: string) => void;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isExplaining = false;
  #isEnded = false;
  #rows = 0;

  constructor(fleets: readonly FleetWatch[], metrics: DetectorMetrics, log: Logger) {
    this.#fleets = fleets;
    this.#metrics = metrics;
    this.#complain = complaints(log, metrics);
    this.#log = log;
  }

  get rows(): number {
    return this.#rows;
  }

  /** @returns the position after the line, if it has one */
  async take(line: Line): Promise<string | undefined> {
    if (line === 'too long') {
      this.#complain('size', 'a line of more than 1 MiB');
      return undefined;
    }
    if (line.text === '') return undefined;
    const [fleet] = this.#fleets as [FleetWatch];
    const { plan, model } = fleet.detector.candidate;
    const { record, id } = parseLine(line.text, plan.columns, model.entity, Date.now());
    if (record.type === 'refused') this.#complain(record.reason, record.message);
    else if (record.type === 'row') await this.#row(record);
    else if (record.type === 'step') await this.score();
    return id;
  }

  async #row(row: StreamRow): Promise<void> {
    if (this.#fleets.some((fleet) => fleet.isWaiting(row))) await this.score();
    else await this.#work;
    const nowMs = Date.now();
    const [refusal] = this.#fleets.map((fleet) => fleet.take(row, nowMs));
    if (refusal !== undefined) {
      this.#complain(refusal, `a row of ${row.entity.node} of ${new Date(row.timeMs).toISOString()}`);
      return;
    }
    this.#rows++;
    this.#metrics.taken();
    this.#timer ??= setTimeout(() => void this.score(), PATIENCE_MS);
  }

  /** Scores what waits; one after another. */
  async score(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#inTurn('Rows could not be scored', (fleet) => fleet.score());
    void this.#explain();
  }

  /** Finds out why nodes alarm, one after the other, while there is nothing to score. */
  async #explain(): Promise<void> {
    if (this.#isExplaining) return;
    this.#isExplaining = true;
    while (!this.#isEnded && this.#fleets.some(({ unexplained }) => unexplained > 0)) {
      await this.#inTurn('An alarm could not be explained', (fleet) => fleet.explainNext());
      await setImmediate();
    }
    this.#isExplaining = false;
  }

  /** Does something with each fleet once all before is done. */
  #inTurn(problem: string, act: (fleet: FleetWatch) => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      for (const fleet of this.#fleets) {
        try {
          await act(fleet);
        } catch (error) {
          this.#log.error(problem, { error: firstLineOf(error) });
        }
      }
    });
    return this.#work;
  }

  /** Scores what waits, and begins nothing more. */
  async end(): Promise<void> {
    await this.score();
    this.#isEnded = true;
    await this.#work;
  }
}

/**
 * Serves until SIGTERM or SIGINT.
 *
 * @throws {DetectorError} when a model cannot be opened
 * @throws {UsageError} when the address cannot be had
 */
export async function serve(options: ServeOptions): Promise<void> {
  const log = createLogger(options.log);
  const signal = undoingEndSignal();
  const web = await openWebConfig(options.webConfigFile, log);
  const detector = await openDetector(options.model);
  const second = options.shadow === undefined ? undefined : await openDetector(options.shadow);
  const { candidate } = detector;
  const isActive = candidate.promoted !== undefined;
  if (!isActive)
    log.warn('The model is not promoted: its alarms are counted as those of a shadow', {
      model: candidate.name,
    });
  const fleet = new FleetWatch(detector);
  const shadow = second && new FleetWatch(second);
  const metrics = new DetectorMetrics({ fleet, isActive, shadow }, Date.now);
  const intake = new Intake(shadow === undefined ? [fleet] : [fleet, shadow], metrics, log);
  let isConnected = false;
  const { token, allowedHosts, verdictsFile } = options;
  const evidence = options.events.length === 0 ? undefined : new EvidenceBook();
  const app = createApp({
    ...{ fleet, isActive, shadow, metrics, verdictsFile, evidence, allowedHosts, log },
    checkToken: token === undefined ? undefined : tokenCheck(token),
    isConnected: () => isConnected,
    isReady: () => intake.rows > 0,
  });
  const listener = await listen(app, options.listen, {
    ...{ flag: LISTEN_FLAG, logger: log, web, responseMs: RESPONSE_MS },
  });
  const forget = setInterval(() => {
    for (const each of [fleet, shadow]) each?.forget(Date.now());
  }, FORGET_EVERY_MS);
  try {
    const { address, scheme } = listener;
    log.info('Listening on', { address, scheme, model: candidate.name, token: token !== undefined });
    const reading = readStream({
      url: options.stream,
      authorization: options.authorization,
      take: (line) => intake.take(line),
      onConnected(now) {
        isConnected = now;
        metrics.connected(now);
      },
      ...{ log, signal },
    });
    // Without records of matches alarms are what they are: what goes wrong with them is told, and ends nothing.
    if (evidence !== undefined) void readEvidence(options.events, evidence, log, signal);
    await Promise.race([reading, aborted(signal)]);
    await intake.end();
    log.info('Stopped');
  } finally {
    clearInterval(forget);
    await listener.close(GRACE_MS);
    await detector.close();
    await second?.close();
  }
}
