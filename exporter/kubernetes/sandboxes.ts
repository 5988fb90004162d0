/** Longer than the API server takes to learn of a container. */
const SETTLED_MS = 60_000;
/** Events of a pod are read after the API server has forgotten it. */
const RETAINED_MS = 6 * 60_000;
const MAX_GONE = 4_096;
/** Of one pod: the oldest is forgotten first, however fast its containers crash. */
const MAX_STRANGERS = 64;

/** A container without a name. */
interface Stranger {
  readonly seenMs: number;
  askedMs: number;
  /** Whether it was there before all containers of the pod had been named once. */
  readonly early: boolean;
}

interface PodState {
  /** Since when all of the pod's containers have names. */
  completeMs: number | undefined;
  everComplete: boolean;
  sandbox: string | undefined;
  goneMs: number | undefined;
  readonly strangers: Map<string, Stranger>;
}

/**
 * Which container of a pod is its sandbox. The API server knows nothing of sandboxes, nor, for a second or so, of a container that has just
 * been started: both have no name.
 *
 * A sandbox is there before the pod's containers are: it is the first that was seen in the pod before all of them were named. One that
 * is seen later (as after a start of the agent, or a sandbox made anew) is taken for it when it has had no name for a minute,
 * while all others have theirs.
 */
export class Sandboxes {
  /** Whether news of the pods come. */
  isFollowed = true;
  readonly #pods = new Map<string, PodState>();
  readonly #isNamed: (containerId: string) => boolean;

  constructor(isNamed: (containerId: string) => boolean) {
    this.#isNamed = isNamed;
  }

  /** Whether a container that has no name is its pod's sandbox. */
  has(podUid: string, containerId: string, nowMs: number): boolean {
    const pod = this.#stateOf(podUid, nowMs);
    const stranger = this.#meet(pod, containerId, nowMs);
    pod.sandbox ??= this.#firstOf(pod);
    if (pod.sandbox === containerId) return true;
    if (!this.#isSettled(pod, stranger, nowMs)) return false;
    pod.sandbox = containerId;
    return true;
  }

  /** A pod is there, or changed. */
  update(podUid: string, complete: boolean, nowMs: number): void {
    const pod = this.#stateOf(podUid, nowMs);
    pod.goneMs = undefined;
    pod.completeMs = complete ? (pod.completeMs ?? nowMs) : undefined;
    pod.everComplete ||= complete;
  }

  /** A pod is gone; what is known of it is kept for some minutes. */
  forget(podUid: string, nowMs: number): void {
    const pod = this.#pods.get(podUid);
    if (pod !== undefined) pod.goneMs = nowMs;
  }

  /** Of a pod that is not known (yet), as of one that is gone. */
  #stateOf(podUid: string, nowMs: number): PodState {
    const known = this.#pods.get(podUid);
    if (known !== undefined) return known;
    this.#prune(nowMs);
    const pod: PodState = {
      completeMs: undefined,
      everComplete: false,
      sandbox: undefined,
      goneMs: nowMs,
      strangers: new Map(),
    };
    this.#pods.set(podUid, pod);
    return pod;
  }

  #prune(nowMs: number): void {
    let gone = 0;
    for (const [uid, { goneMs }] of [...this.#pods].reverse()) {
      if (goneMs === undefined) continue;
      gone += 1;
      if (nowMs - goneMs > RETAINED_MS || gone > MAX_GONE) this.#pods.delete(uid);
    }
  }

  #meet({ strangers, everComplete }: PodState, containerId: string, nowMs: number): Stranger {
    let stranger = strangers.get(containerId);
    if (stranger === undefined) {
      stranger = { seenMs: nowMs, askedMs: nowMs, early: !everComplete };
      strangers.set(containerId, stranger);
      for (const oldest of strangers.keys()) {
        if (strangers.size <= MAX_STRANGERS) break;
        strangers.delete(oldest);
      }
    }
    stranger.askedMs = nowMs;
    return stranger;
  }

  /** The first that was there, once all others have names; none where two came into sight at once. */
  #firstOf({ strangers, completeMs }: PodState): string | undefined {
    if (completeMs === undefined) return undefined;
    const early = [...strangers].filter(([id, stranger]) => stranger.early && !this.#isNamed(id));
    const [first, second] = early.sort(([, a], [, b]) => a.seenMs - b.seenMs);
    return first?.[1].seenMs === second?.[1].seenMs ? undefined : first?.[0];
  }

  #isSettled({ completeMs, sandbox, strangers }: PodState, { seenMs }: Stranger, nowMs: number): boolean {
    if (!this.isFollowed || completeMs === undefined) return false;
    const before = sandbox === undefined ? undefined : strangers.get(sandbox);
    const isReplaced = before === undefined || nowMs - before.askedMs >= SETTLED_MS;
    return isReplaced && nowMs - Math.max(completeMs, seenMs) >= SETTLED_MS;
  }
}
