import type { RuleEvent } from '../catalogue/events/fields.ts';
import type { ContainerOwner } from '../owners/owners.ts';
import { decodeLine } from './decoded/decode-line.ts';

/** A line as rules see it. It is decoded when the first rule looks at that, once for all rules, and mostly never. */
export class LineEvent implements RuleEvent<'log'> {
  readonly line: string;
  readonly path: string;
  readonly stream: string | undefined;
  readonly pod_namespace: string;
  readonly pod: string;
  readonly container: string;
  #decoded: string | undefined;

  constructor(line: string, path: string, stream: string | undefined, owner: ContainerOwner) {
    this.line = line;
    this.path = path;
    this.stream = stream;
    this.pod_namespace = owner.namespace;
    this.pod = owner.pod;
    this.container = owner.container;
  }

  get decoded(): string {
    this.#decoded ??= decodeLine(this.line);
    return this.#decoded;
  }
}
