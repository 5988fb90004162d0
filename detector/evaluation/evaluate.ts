/** What a model is worth on rows that it has never seen, as a table of contents. */
import { formatDuration } from '../../common/duration.ts';
import { randomFrom } from '../../common/random.ts';
import { EXPECTED_EFFECTS } from '../../dataset/episodes/expected-effects.ts';
import { rowOf } from '../../learning/base/matrix.ts';
import { alarmsOf, type Finding, findingsOf, type Scores } from '../../learning/measures/alarms.ts';
import { bootstrapInterval } from '../../learning/measures/bootstrap.ts';
import { averagePrecision, judgedRows, vusPr } from '../../learning/measures/curves.ts';
import { eventsOf, type HeldOutSeries, heldOut } from '../../learning/measures/held-out.ts';
import type { Dataset } from '../../learning/table/series.ts';
import { DetectorError } from '../base/errors.ts';
import type { Detector } from '../candidate/detector.ts';
import { explain } from '../explanation/occlusion.ts';
import { answersOf, classResult } from './classes.ts';
import { type Exam, findingsAt } from './exam.ts';
import { inputsOf, type NodeInputs, spread } from './inputs.ts';
import { DETECTOR, learnedMethods, type Method, NETWORK, ownMethods } from './methods.ts';
import { poissonInterval } from './poisson.ts';
import { byNode, recallByClass, recallOf } from './recalls.ts';
import { materialOf, type PlacedSeries } from './relearn.ts';
import { relearned } from './relearned.ts';
import type { Attribution, Evaluation, FalseAlarms, MethodResult, Recall } from './result.ts';
import { isStrong } from './strength.ts';

const DAY_MS = 86_400_000;
/** From here on the detector's own score is an alarm. */
const ALARM = 1;
/** Shares of the rows of attacks that do not arrive. */
const LOST = [0.1, 0.3] as const;
/** Rows whose features are held in memory: 1 GB at 40 columns. */
const MOST_ROWS = 400_000;

export interface EvaluationOptions {
  /** Of the bootstrap, of lost rows, and the first of those that models are learned with again. */
  readonly seed: number;
  /** How many models of each kind are learned again. */
  readonly seeds: number;
}

/** The datasets' rows and where the model's columns are among theirs. */
function placedSeries({ candidate: { plan } }: Detector, datasets: readonly Dataset[]): PlacedSeries[] {
  return datasets.flatMap((dataset) => {
    const names = dataset.columns.map(({ name }) => name);
    const kept = plan.columns.map((column) => names.indexOf(column));
    return dataset.series.map((rows) => ({ rows, kept }));
  });
}

function falseAlarmsOf(
  scores: readonly Scores[],
  all: readonly HeldOutSeries[],
  stepMs: number,
): FalseAlarms {
  const quiet = all.flatMap((own, i) => (own.isAttackFree ? [{ own, scores: scores[i] as Scores }] : []));
  const rows = quiet.reduce(
    (sum, { scores: own }) => sum + own.filter((score) => !Number.isNaN(score)).length,
    0,
  );
  const nodeDays = (rows * stepMs) / DAY_MS;
  const alarms = quiet.reduce((sum, { own, scores: each }) => sum + alarmsOf(each, own, ALARM).raised, 0);
  const isKnown = nodeDays > 0;
  const [low, high] = poissonInterval(alarms);
  return {
    nodes: quiet.filter(({ own }) => own.kinds.some((kind) => kind !== undefined)).length,
    nodeDays,
    alarms,
    rate: isKnown ? alarms / nodeDays : null,
    interval: isKnown ? [low / nodeDays, high / nodeDays] : null,
  };
}

/** A method with what it finds at as many false alarms as are allowed. */
interface Compared {
  readonly method: Method;
  readonly own: ReturnType<typeof findingsAt>;
}

function methodResult({ method, own }: Compared, exam: Exam, window: number): MethodResult {
  const judged = judgedRows(method.scores, exam.all);
  return {
    name: method.name,
    threshold: own?.threshold ?? null,
    attacks: own === undefined ? null : recallOf(own.findings, exam.seed),
    byClass: own === undefined ? null : recallByClass(own.findings, exam.seed),
    averagePrecision: averagePrecision(judged) ?? null,
    vusPr: vusPr(judged, window) ?? null,
  };
}

/** On the same events at the same false alarms: what the network finds more of. */
function advantages(compared: readonly Compared[], { seed }: Exam): Evaluation['networkAdvantage'] {
  const findings = new Map(compared.map(({ method, own: at }) => [method.name, at?.findings]));
  const own = findings.get(NETWORK);
  if (own === undefined) return {};
  return Object.fromEntries(
    [...findings].flatMap(([name, others]) => {
      if (name === NETWORK || name === DETECTOR || others === undefined) return [];
      const differences = byNode(own, ({ isFound }, i) => Number(isFound) - Number(others[i]?.isFound));
      const interval = bootstrapInterval(differences, seed);
      if (interval === undefined) return [];
      const all = differences.flat();
      return [[name, { mean: all.reduce((sum, value) => sum + value, 0) / all.length, interval }]];
    }),
  );
}

async function attributionOf(found: readonly Finding[], { detector, nodes }: Exam): Promise<Attribution> {
  let events = 0;
  let right = 0;
  for (const { event, delay } of found) {
    const expected = EXPECTED_EFFECTS.get(event.label);
    const node = nodes[event.series] as NodeInputs;
    const place = node.rows.indexOf(event.rows[delay ?? 0] as number);
    if (delay === undefined || expected === undefined || place < 0) continue;
    const one = { features: rowOf(node.features, place), window: rowOf(node.windows, place) };
    const named = await explain(detector, one);
    events++;
    if (named.some(({ columns }) => columns.some((column) => expected.includes(column)))) right++;
  }
  return { events, right };
}

/** The detector when some rows of attacks do not arrive. */
async function withLost(share: number, { detector, all, placed, attacks, seed }: Exam): Promise<Recall> {
  const scores: Scores[] = [];
  for (const [i, series] of all.entries()) {
    const random = randomFrom(seed + i);
    const lost = series.kinds.map((kind) => random() < share && kind === 'attack');
    const inputs = inputsOf(series, placed[i]?.kept ?? [], detector.candidate.plan, {
      isLost: (row) => lost[row] === true,
    });
    const scored = await detector.score(inputs);
    scores.push(spread(inputs, scored.scores()));
  }
  return recallOf(findingsOf(attacks, scores, all, ALARM, detector.candidate.plan), seed);
}

function checkSize(all: readonly HeldOutSeries[], names: string): number {
  const rows = all.reduce((sum, { kinds }) => sum + kinds.filter((kind) => kind !== undefined).length, 0);
  if (rows === 0)
    throw new DetectorError(
      'data',
      `${names}: no row is held out: the model has seen all of them, or there is no part test; give another dataset, or build with splits`,
    );
  if (rows > MOST_ROWS)
    throw new DetectorError(
      'data',
      `${names}: ${rows} held-out rows, at most ${MOST_ROWS} fit into memory: give fewer`,
    );
  return rows;
}

/**
 * Evaluates a model on the held-out rows of datasets.
 *
 * @param told of each part that is done
 * @throws {DetectorError} `data` when nothing is held out
 */
export async function evaluate(
  detector: Detector,
  datasets: readonly Dataset[],
  { seed, seeds }: EvaluationOptions,
  told: (what: string) => void,
): Promise<Evaluation> {
  const { candidate } = detector;
  const { model, plan, calibration } = candidate;
  const trainedWith = new Set(model.datasets.map(({ rowsDigest }) => rowsDigest));
  const all = heldOut(datasets, trainedWith);
  checkSize(all, datasets.map(({ name }) => name).join(', '));
  const placed = placedSeries(detector, datasets);
  const nodes = all.map((series, i) => inputsOf(series, placed[i]?.kept ?? [], plan));
  const events = eventsOf(all);
  const exam: Exam = {
    ...{ detector, all, placed, nodes, seed },
    attacks: events.filter(({ isAttack }) => isAttack),
    benign: events.filter(({ isAttack }) => !isAttack),
  };
  told('features of the held-out rows');

  const hasOwn = [...trainedWith].every((digest) => datasets.some(({ rowsDigest }) => rowsDigest === digest));
  const material = hasOwn ? materialOf(ownSeries(datasets, placed, trainedWith), candidate) : undefined;
  const learned = material && (await learnedMethods(material, candidate, nodes, seed));
  const methods = [...(await ownMethods(detector, nodes)), ...(learned ?? [])];
  told('baselines');

  const own = methods.find(({ name }) => name === DETECTOR) as Method;
  const falseAlarms = falseAlarmsOf(own.scores, all, plan.stepMs);
  const allowed = falseAlarms.rate === null ? undefined : falseAlarms.alarms;
  const findings = findingsOf(exam.attacks, own.scores, all, ALARM, plan);
  const answers = all.map((series, i) => answersOf(series, nodes[i] as NodeInputs, model.classes));
  const strong = findings.filter(({ event }) =>
    isStrong(event, nodes[event.series] as NodeInputs, plan.columns),
  );
  const compared = methods.map((method) => ({ method, own: findingsAt(method, exam, allowed) }));
  const results = compared.map((one) => methodResult(one, exam, plan.window));
  told('alarms');
  const attribution = await attributionOf(findings, exam);
  told('explanations');
  const telemetryLost: Record<string, Recall> = {};
  for (const share of LOST) telemetryLost[String(share)] = await withLost(share, exam);
  told('lost rows');
  const again =
    material &&
    (await relearned(
      exam,
      material,
      ownSeries(datasets, placed, trainedWith),
      answers,
      allowed,
      seeds,
      told,
    ));

  return {
    schemaVersion: 1,
    model: candidate.name,
    manifestSha256: candidate.manifestSha256,
    detector: model.detector,
    seed,
    step: formatDuration(plan.stepMs),
    datasets: datasets.map(({ rowsDigest, series }) => ({
      rowsDigest,
      trainedWith: trainedWith.has(rowsDigest),
      heldOutRows: all
        .filter(({ rows }) => series.includes(rows))
        .reduce((sum, { kinds }) => sum + kinds.filter((kind) => kind !== undefined).length, 0),
    })),
    attackedNodes: new Set(exam.attacks.map(({ series }) => series)).size,
    budget: { asked: calibration.asked, carried: calibration.carried },
    falseAlarms,
    attacks: recallOf(findings, seed),
    byClass: recallByClass(findings, seed),
    strong: recallOf(strong, seed),
    benign: recallOf(findingsOf(exam.benign, own.scores, all, ALARM, plan), seed),
    attribution,
    methods: results,
    classes: methods.flatMap((method) => classResult(method, answers, model.classes) ?? []),
    networkAdvantage: advantages(compared, exam),
    telemetryLost,
    relearned: again ?? null,
  };
}

/** The nodes of the datasets that the model was trained with. */
function ownSeries(
  datasets: readonly Dataset[],
  placed: readonly PlacedSeries[],
  trainedWith: ReadonlySet<string>,
): PlacedSeries[] {
  const own = new Set(
    datasets.filter(({ rowsDigest }) => trainedWith.has(rowsDigest)).flatMap(({ series }) => series),
  );
  return placed.filter(({ rows }) => own.has(rows));
}
