import { groupBy } from '../../common/collections.ts';
import { agentMetrics } from '../catalogue/agent.ts';
import { METRICS } from '../catalogue/index.ts';
import { attributionLabels, type MetricSpec, OPEN } from '../catalogue/model/define.ts';
import { OTHER_POD } from '../catalogue/model/reserved-pods.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';

/** A node has at most some hundred containers, and no metric more than a dozen series of each. */
const MOST_SERIES = 5_000;
/** A series that was away for a moment is what it was before; longer than event counters outlive their container. */
const RETAINED_MS = 10 * 60_000;
/** Beyond so many times the cap, folded series that are gone are forgotten at once. */
const MOST_FOLDED_TIMES = 4;

type Labels = Readonly<Record<string, string>>;

/** A series beyond the cap: what it last contributed, and when. */
interface Folded {
  value: number;
  seenAtMs: number;
}

const keyOf = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What an extractor itself adds up under this name. */
const isOther = (labels: Labels) => labels['pod'] === OTHER_POD;

/** Whether there is no bound to the series that the metric can have. */
function isOpen(metric: MetricSpec): boolean {
  return metric.attribution !== undefined || Object.values(metric.labels).includes(OPEN);
}

/**
 * A metric that reached its cap. Who was there before stays, and who was folded stays folded while it lives: a series
 * that changed sides would take its whole past with it.
 */
class CappedMetric {
  /** Newly folded (or left out) series. */
  dropped = 0;
  readonly #metric: MetricSpec;
  readonly #limit: number;
  readonly #owner: readonly string[];
  readonly #admitted = new Map<string, number>();
  readonly #folded = new Map<string, Folded>();
  /** What is exposed as `_other`, by the labels other than the owner's. */
  readonly #others = new Map<string, Sample>();

  /** @param before what the page before showed */
  constructor(metric: MetricSpec, limit: number, before: readonly Sample[], nowMs: number) {
    this.#metric = metric;
    this.#limit = limit;
    this.#owner = attributionLabels(metric);
    for (const { labels } of before) {
      if (!this.#isHost(labels) && !isOther(labels)) this.#admitted.set(keyOf(labels), nowMs);
    }
  }

  apply(samples: readonly Sample[], nowMs: number): Sample[] {
    const kept: Sample[] = [];
    const beyond: [string, Sample][] = [];
    const unknown: [string, Sample][] = [];
    for (const one of samples) {
      const key = keyOf(one.labels);
      if (this.#isHost(one.labels)) kept.push(one);
      else if (this.#admitted.has(key)) {
        this.#admitted.set(key, nowMs);
        kept.push(one);
      } else if (this.#folded.has(key)) beyond.push([key, one]);
      else unknown.push([key, one]);
    }
    this.#forgetAdmitted(nowMs);
    for (const [key, one] of unknown) {
      if (isOther(one.labels)) beyond.push([key, one]);
      else if (this.#admitted.size < this.#limit) {
        this.#admitted.set(key, nowMs);
        kept.push(one);
      } else {
        this.dropped += 1;
        beyond.push([key, one]);
      }
    }
    // A gauge is what it is now; a counter also holds what those counted who are gone.
    if (this.#metric.type === 'gauge') this.#others.clear();
    for (const [key, one] of beyond) this.#fold(key, one, nowMs);
    this.#forgetFolded(nowMs);
    return [...kept, ...this.#others.values()];
  }

  /** The host's own share: as bounded as the metric's own labels are, and never anybody else's. */
  #isHost(labels: Labels): boolean {
    return this.#owner.length > 0 && this.#owner.every((label) => labels[label] === '');
  }

  #fold(key: string, { labels, value }: Sample, nowMs: number): void {
    const last = this.#folded.get(key)?.value ?? 0;
    this.#folded.set(key, { value, seenAtMs: nowMs });
    if (this.#owner.length === 0) return;
    const nobody = Object.fromEntries(this.#owner.map((label) => [label, label === 'pod' ? OTHER_POD : '']));
    const others = { ...labels, ...nobody };
    const otherKey = keyOf(others);
    const total = this.#others.get(otherKey)?.value ?? 0;
    // A counter that fell began anew.
    const added = this.#metric.type === 'gauge' || value < last ? value : value - last;
    this.#others.set(otherKey, { metric: this.#metric, labels: others, value: total + added });
  }

  #forgetAdmitted(nowMs: number): void {
    for (const [key, seenAtMs] of this.#admitted) {
      if (nowMs - seenAtMs > RETAINED_MS) this.#admitted.delete(key);
    }
  }

  #forgetFolded(nowMs: number): void {
    const retainedMs = this.#folded.size > MOST_FOLDED_TIMES * this.#limit ? 0 : RETAINED_MS;
    for (const [key, { seenAtMs }] of this.#folded) {
      if (nowMs - seenAtMs > retainedMs) this.#folded.delete(key);
    }
  }
}

/**
 * The hard cap of series per metric, between the scrape and its page, whatever the extractors come up with.
 *
 * Beyond it, shares of pods and containers are added up under `pod="_other"` (namespace and container empty), so that
 * every sum holds; that counter never falls while the agent lives, as it keeps what counted who is gone. Series without
 * an owner, such as those of devices, are left out. Both are counted. The host's own share always stays.
 */
export class SeriesCap {
  readonly #limit: number;
  readonly #before = new Map<MetricSpec, readonly Sample[]>();
  readonly #capped = new Map<MetricSpec, CappedMetric>();

  constructor(limit = MOST_SERIES) {
    this.#limit = limit;
  }

  /** The samples to expose, and how many series of each metric were folded or left out since the start. */
  apply(samples: readonly Sample[], nowMs = performance.now()): Sample[] {
    const page: Sample[] = [];
    for (const [metric, own] of groupBy(samples, (one) => one.metric)) {
      for (const one of this.#applyTo(metric, own, nowMs)) page.push(one);
    }
    for (const metric of METRICS) {
      if (!isOpen(metric)) continue;
      const dropped = this.#capped.get(metric)?.dropped ?? 0;
      page.push(sample(agentMetrics.seriesDropped, dropped, { metric: metric.name }));
    }
    return page;
  }

  #applyTo(metric: MetricSpec, samples: readonly Sample[], nowMs: number): readonly Sample[] {
    if (!isOpen(metric)) return samples;
    let capped = this.#capped.get(metric);
    if (capped === undefined) {
      // As long as all have room only the page before is remembered: who is away just then loses its place.
      if (samples.length <= this.#limit) {
        this.#before.set(metric, samples);
        return samples;
      }
      capped = new CappedMetric(metric, this.#limit, this.#before.get(metric) ?? [], nowMs);
      this.#capped.set(metric, capped);
      this.#before.delete(metric);
    }
    return capped.apply(samples, nowMs);
  }
}
