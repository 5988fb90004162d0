/** Records of matches, held for a while: as many as there is room for, and no node takes another's. */

import type { EvidenceEvent } from '../../dataset/evidence/event.ts';
import type { NamedEntity } from '../../dataset/model/entity.ts';

/** Characters of all records together: some 30 MB. */
const MOST_CHARACTERS = 1 << 24;
/** What a record takes beside its texts. */
const OVERHEAD = 300;
/** Of a record's own part, as it is shown. */
const MOST_DETAILS = 2_000;

interface Held {
  readonly events: Map<string, EvidenceEvent>;
  characters: number;
}

function charactersOf({ program, details, namespace, pod, container, rule }: EvidenceEvent): number {
  return (
    OVERHEAD + [program, details, namespace, pod, container, rule].reduce((sum, text) => sum + text.length, 0)
  );
}

const cut = (text: string) => (text.length <= MOST_DETAILS ? text : `${text.slice(0, MOST_DETAILS)}…`);

export class EvidenceBook {
  readonly #nodes = new Map<string, Held>();
  readonly #most: number;
  #characters = 0;

  /** @param most characters that are held */
  constructor(most = MOST_CHARACTERS) {
    this.#most = most;
  }

  get characters(): number {
    return this.#characters;
  }

  /** Takes a record; one that is known already, from another source or once more, is none. */
  add(written: EvidenceEvent): void {
    const event = { ...written, program: cut(written.program), details: cut(written.details) };
    const held = this.#nodes.get(event.node) ?? { events: new Map(), characters: 0 };
    if (held.events.has(event.id)) return;
    this.#nodes.set(event.node, held);
    held.events.set(event.id, event);
    const characters = charactersOf(event);
    held.characters += characters;
    this.#characters += characters;
    while (this.#characters > this.#most) this.#forgetOne();
  }

  /** Forgets the oldest record of the node that has most: who is loud loses their own. */
  #forgetOne(): void {
    let [loudest, most] = ['', -1];
    for (const [node, { characters }] of this.#nodes)
      if (characters > most) [loudest, most] = [node, characters];
    const held = this.#nodes.get(loudest);
    const [oldest] = held?.events ?? [];
    if (held === undefined || oldest === undefined) return;
    const [id, event] = oldest;
    const characters = charactersOf(event);
    held.events.delete(id);
    held.characters -= characters;
    this.#characters -= characters;
    if (held.events.size === 0) this.#nodes.delete(loudest);
  }

  /** The records of a node, or of a pod on it, from `startMs` to `endMs`, in the order of time. */
  within({ node, namespace, pod }: NamedEntity, startMs: number, endMs: number): EvidenceEvent[] {
    const isOwn = (event: EvidenceEvent) =>
      pod === undefined || (event.pod === pod && event.namespace === namespace);
    return [...(this.#nodes.get(node)?.events.values() ?? [])]
      .filter((event) => event.timeMs >= startMs && event.timeMs <= endMs && isOwn(event))
      .sort((a, b) => a.timeMs - b.timeMs);
  }
}
