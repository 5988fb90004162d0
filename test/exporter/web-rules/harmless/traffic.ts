import { Choices } from '../choices.ts';
import { type Request, request } from '../request.ts';
import { SHAPES } from '../shapes.ts';
import { KINDS } from './kinds.ts';

/** A line of an access log that no attacker made. */
export interface HarmlessLine {
  readonly kind: string;
  readonly shape: string;
  readonly line: string;
}

const START_MS = Date.UTC(2026, 10, 28);

function client(choices: Choices): string {
  const octet = () => choices.below(256);
  return choices.chance(0.1)
    ? `2001:db8:${choices.text(4, '0123456789abcdef')}::${choices.below(9_999)}`
    : [choices.of([10, 172, 192, 203]), octet(), octet(), octet()].join('.');
}

/** So many lines of all kinds of honest traffic, in all shapes of logs; the same for a seed. */
export function* harmlessLines(count: number, seed: number): Generator<HarmlessLine> {
  const choices = new Choices(seed);
  const kinds = Object.entries(KINDS);
  const shapes = Object.entries(SHAPES);
  for (let i = 0; i < count; i++) {
    const [kind, make] = choices.of(kinds);
    const [shape, write] = choices.of(shapes);
    const made: Request = request({
      client: client(choices),
      atMs: START_MS + i * 250,
      bytes: choices.below(50_000),
      ...make(choices),
    });
    yield { kind, shape, line: write(made) };
  }
}
