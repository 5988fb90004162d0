import { drawing, rect, text } from './svg.ts';

const LETTER = 7.25;
const LINE = 17;
const COLUMNS = 132;

/** What a program printed, as a terminal shows it; lines that are longer end with an ellipsis. */
export function terminalPicture(title: string, output: string): string {
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line));
  const width = Math.ceil(Math.max(...lines.map((line) => line.length), 40) * LETTER) + 40;
  const height = 52 + lines.length * LINE;
  const isWrong = (line: string) => /\bmissing:/.test(line);
  return drawing(
    width,
    height,
    title,
    [
      rect(6, 6, width - 12, height - 12, 'box', 10),
      text(20, 28, `$ ${title}`, { name: 'soft', size: 12 }),
      ...lines.map((line, i) =>
        text(20, 50 + i * LINE, line, { size: 12, name: isWrong(line) ? 'attack' : 'ink', isPre: true }),
      ),
    ],
    true,
  );
}
