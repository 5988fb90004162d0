import { DOOR, type House, type Room } from './layers.ts';

/** Sizes in SVG units; a letter of the font below is at most {@link LETTER} wide. */
const LETTER = 7.3;
const ROW = 30;
const GAP = 8;
const PAD = 10;
const TITLE = 44;
const COLUMN_GAP = 36;
/** Of a house: its heading has to fit. */
const LEAST_WIDTH = 150;

const INK = '#1b2733';
const FAINT = '#5b6b7a';
const FILLS = ['#e8f1fa', '#eef6ea', '#fdf3e3', '#f6ecf7', '#eceff2'];

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What a room is called in the picture; the files beside the rooms go by a name of theirs. */
const nameOf = ({ name }: Room, house: House) => (name === DOOR ? `${house.name}/*.ts` : name);

const widthOf = (name: string) => Math.ceil(name.length * LETTER) + 2 * PAD;

const rowWidth = (rooms: readonly Room[], house: House) =>
  rooms.reduce((sum, room) => sum + widthOf(nameOf(room, house)) + GAP, -GAP);

interface Column {
  readonly house: House;
  readonly width: number;
  readonly height: number;
}

function columnOf(house: House): Column {
  const widest = Math.max(...house.layers.map((rooms) => rowWidth(rooms, house)), LEAST_WIDTH);
  return { house, width: widest + 2 * PAD, height: TITLE + house.layers.length * (ROW + GAP) + PAD };
}

/** A house with its top left corner at x, y; the highest layer on top. */
function drawHouse({ house, width, height }: Column, x: number, y: number, fill: string): string[] {
  const title = [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${FAINT}"/>`,
    `<text x="${x + width / 2}" y="${y + 20}" text-anchor="middle" font-weight="bold">${escaped(house.name)}/</text>`,
    `<text x="${x + width / 2}" y="${y + 36}" text-anchor="middle" font-size="10" fill="${FAINT}">↓ imports go downward</text>`,
  ];
  const rows = [...house.layers].reverse().flatMap((rooms, i) => {
    const top = y + TITLE + i * (ROW + GAP);
    let left = x + (width - rowWidth(rooms, house)) / 2;
    return rooms.flatMap((room) => {
      const name = nameOf(room, house);
      const wide = widthOf(name);
      const middle = left + wide / 2;
      const box = [
        `<rect x="${left}" y="${top}" width="${wide}" height="${ROW}" rx="4" fill="#ffffff" stroke="${FAINT}">`,
        `<title>${escaped(room.holds)}</title></rect>`,
        `<text x="${middle}" y="${top + 19}" text-anchor="middle">${escaped(name)}</text>`,
      ];
      left += wide + GAP;
      return box;
    });
  });
  return [...title, ...rows];
}

/**
 * The layers as an SVG: a column for each house, its highest layer on top. Every house stands to the right of those that it uses.
 *
 * @param houses each after those that it uses
 */
export function layersPicture(houses: readonly House[]): string {
  const columns = houses.map(columnOf);
  const tallest = Math.max(...columns.map(({ height }) => height));
  let x = PAD;
  const drawn = columns.flatMap((column, i) => {
    const lines = drawHouse(column, x, PAD + tallest - column.height, FILLS[i % FILLS.length] ?? '');
    x += column.width + COLUMN_GAP;
    return lines;
  });
  const width = x - COLUMN_GAP + PAD;
  const height = tallest + 2 * PAD;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="12" fill="${INK}">`,
    '<title>The layers of the house: imports go downward, and to the houses on the left.</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
