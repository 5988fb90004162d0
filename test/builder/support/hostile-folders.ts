/** Datasets' folders as somebody makes them who wants the builder to read, write or remove something else, or never to end. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

type Random = () => number;
/** Changes a folder; gives what it did, for messages. */
type Attack = (folder: string, random: Random) => string;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

const MANIFESTS = ['manifest.json', 'manifest-0-of-2.json', 'manifest-1-of-2.json'];

function manifestIn(folder: string, random: Random): string {
  return pick(
    random,
    MANIFESTS.filter((name) => existsSync(join(folder, name))),
  );
}

function jsonOf(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function filesOf(folder: string, random: Random) {
  const read = (name: string) =>
    jsonOf(join(folder, name)) as { files: { path: string; bytes: number; sha256: string }[] };
  const named = MANIFESTS.filter((name) => existsSync(join(folder, name)) && read(name).files.length > 0);
  const name = pick(random, named);
  const manifest = read(name);
  return { name, manifest, entry: pick(random, manifest.files) };
}

function writeJson(path: string, value: unknown): void {
  rmSync(path, { force: true });
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** Paths that lead out of a dataset, or to what is no data. */
const PATHS = [
  '../victim/keep.txt',
  'data/../../victim/keep.txt',
  'data/date=2026-03-28/../../../victim/keep.txt',
  'data/date=2026-03-28/part-0.csv/../../../../victim/keep.txt',
  './../victim/keep.txt',
  '..',
  '.',
  '',
  '/etc/hostname',
  'manifest.json',
  '.lock',
  'data',
  'data/date=2026-03-28',
  'data/date=2026-03-28/.part-0.csv.tmp',
  'data/date=2026-03-28/part-0.csv\0.txt',
  'data/date=2026-03-28\n/part-0.csv',
  'data\\..\\..\\victim\\keep.txt',
  '%2e%2e/victim/keep.txt',
];

const journal: Attack = (folder, random) => {
  const path = pick(random, PATHS);
  const text = random() < 0.5 ? { put: [], remove: [path] } : { put: [path, 'manifest.json'], remove: [] };
  const name = pick(random, ['.commit.json', '.commit.json', '.commit-0-of-2.json']);
  writeJson(join(folder, name), text);
  return `${name} ${JSON.stringify(text)}`;
};

const brokenJournal: Attack = (folder, random) => {
  const text = pick(random, [
    '',
    '{',
    '[]',
    '{"put":1,"remove":2}',
    '[['.repeat(50_000),
    '{"put":["'.padEnd(90_000, 'x'),
  ]);
  writeJson(join(folder, '.commit.json'), text);
  return `.commit.json ${text.slice(0, 20)}`;
};

const namedPath: Attack = (folder, random) => {
  const { name, manifest, entry } = filesOf(folder, random);
  const twice = random() < 0.1;
  const path = twice ? entry.path : pick(random, PATHS);
  if (twice) manifest.files.push({ ...entry });
  else entry.path = path;
  writeJson(join(folder, name), manifest);
  return `${name} names ${JSON.stringify(path)}${twice ? ' twice' : ''}`;
};

/** What a link or FIFO is put in the place of. */
function placeIn(folder: string, random: Random): string {
  const { entry, name } = filesOf(folder, random);
  const day = dirname(entry.path);
  const beside = ['README.md', 'croissant.json', 'report.html', '.lock', '.commit.json'];
  const temporary = ['.report.html.tmp', '.manifest.json.tmp', `${day}/.${entry.path.split('/').at(-1)}.tmp`];
  return pick(random, ['data', day, entry.path, entry.path, name, ...beside, ...temporary]);
}

const link: Attack = (folder, random) => {
  const place = placeIn(folder, random);
  const isFolder = place === 'data' || /date=[\d-]+$/.test(place);
  const goal = isFolder
    ? '../victim/data'
    : pick(random, [
        '../victim/keep.txt',
        '../victim/own.json',
        '/dev/zero',
        '/dev/tty',
        '../nowhere',
        place,
      ]);
  const target = goal.startsWith('..') ? join(folder, goal) : goal;
  rmSync(join(folder, place), { recursive: true, force: true });
  symlinkSync(target, join(folder, place));
  return `${place} is a link to ${goal}`;
};

const fifo: Attack = (folder, random) => {
  const place = placeIn(folder, random);
  rmSync(join(folder, place), { recursive: true, force: true });
  execFileSync('mkfifo', [join(folder, place)]);
  return `${place} is a FIFO`;
};

const swapped: Attack = (folder, random) => {
  const place = placeIn(folder, random);
  const path = join(folder, place);
  const wasFolder = existsSync(path) && statSync(path).isDirectory();
  rmSync(path, { recursive: true, force: true });
  if (wasFolder) writeFileSync(path, 'a file');
  else mkdirSync(path);
  return `${place} is a ${wasFolder ? 'file' : 'folder'}`;
};

const size: Attack = (folder, random) => {
  const { name, manifest, entry } = filesOf(folder, random);
  const bytes = pick(random, [0, 1, 2 ** 33, 2 ** 40]);
  const place = pick(random, [
    entry.path,
    entry.path,
    name,
    '.lock',
    '.commit.json',
    'README.md',
    'report.html',
  ]);
  if (place === entry.path && random() < 0.5 && bytes !== 2 ** 33) {
    entry.bytes = bytes;
    writeJson(join(folder, name), manifest);
  }
  if (!existsSync(join(folder, place))) writeFileSync(join(folder, place), '');
  truncateSync(join(folder, place), bytes);
  return `${place} has ${bytes} bytes`;
};

/** Every place in a JSON value: the object or list, and the key. */
function* placesOf(value: unknown): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesOf(inner);
  }
}

const VALUES: readonly unknown[] = [
  ...[null, true, -1, 0, 1, 0.5, 2 ** 53, 1e308, -1e308, '', 'x', '\u0000\n\u001b[31m', 'x'.repeat(100_000)],
  ...[
    [],
    {},
    [[]],
    [null],
    { ['__proto__']: 1 },
    '0s',
    '1ms',
    '999999999y',
    '100y',
    '__proto__',
    'constructor',
  ],
  ...['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2026-03-28T23:00:15.000Z', '0'.repeat(64)],
  ...[
    'data/date=9999-99-99/part-999999999999999999.csv',
    'timestamp',
    'node',
    'string',
    'double',
    'csv',
    'pod',
  ],
];

const json: Attack = (folder, random) => {
  const name = manifestIn(folder, random);
  const manifest = jsonOf(join(folder, name));
  const [object, key] = pick(random, [...placesOf(manifest)]);
  const value = pick(random, VALUES);
  const how = random();
  if (how < 0.15) delete object[key];
  // Such a key of a JSON text is a property like any other.
  if (how > 0.85) Object.defineProperty(object, '__proto__', { value, enumerable: true });
  if (how >= 0.15 && how <= 0.85) object[key] = value;
  writeJson(join(folder, name), manifest);
  return `${name}: ${key} is ${JSON.stringify(value)?.slice(0, 40)}`;
};

const text: Attack = (folder, random) => {
  const name = pick(random, [manifestIn(folder, random), '.lock']);
  const path = join(folder, name);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '{"token":"t","host":"h"}';
  const at = Math.floor(random() * before.length);
  const insert = pick(random, [
    '',
    '[[['.repeat(100_000),
    '\0',
    '\u2028',
    '"',
    '}',
    '1e999',
    '\\ud800',
    '\u001b[2J',
  ]);
  writeJson(path, before.slice(0, at) + insert + before.slice(at + Math.floor(random() * 30)));
  return `${name}: ${JSON.stringify(insert.slice(0, 6))} at ${at}`;
};

/** Changes bytes of a data file, and the manifest with it, so that the file is read. */
const bytes: Attack = (folder, random) => {
  const { name, manifest, entry } = filesOf(folder, random);
  const path = join(folder, entry.path);
  let changed = readFileSync(path);
  // Most of what a Parquet file says of itself stands at its end.
  const from = random() < 0.7 ? Math.max(0, changed.length - 2500) : 0;
  const changes = 1 + Math.floor(random() * 4);
  for (let i = 0; i < changes; i++) {
    const at = from + Math.floor(random() * (changed.length - from));
    const kind = random();
    if (kind < 0.5)
      changed[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff, changed.at(at) ?? 0, Math.floor(random() * 256)]);
    else if (kind < 0.7) changed.fill(0xff, at, at + Math.floor(random() * 12));
    else if (kind < 0.85) changed = changed.subarray(0, Math.max(1, at));
    else
      changed = Buffer.concat([
        changed.subarray(0, at),
        Buffer.alloc(Math.floor(random() * 40), '"\n,9'),
        changed.subarray(at),
      ]);
  }
  writeFileSync(path, changed);
  entry.bytes = changed.length;
  entry.sha256 = createHash('sha256').update(changed).digest('hex');
  writeJson(join(folder, name), manifest);
  return `${entry.path}: ${changes} changes after ${from} of ${changed.length} bytes`;
};

/** A Parquet file whose footer tells of more than there is, or a CSV file of one long line. */
const bomb: Attack = (folder, random) => {
  const { name, manifest, entry } = filesOf(folder, random);
  const path = join(folder, entry.path);
  const whole = readFileSync(path);
  const tail = (length: number) => {
    const end = Buffer.from('0000PAR1');
    end.writeUInt32LE(length, 0);
    return end;
  };
  const footers = [
    Buffer.alloc(1_000_000, 0x80),
    Buffer.concat([Buffer.from([0x16]), Buffer.alloc(2_000_000, 0x80)]),
    Buffer.concat([Buffer.from([0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.alloc(3_000_000)]),
    Buffer.alloc(1_000_000, 0x1c),
  ];
  const footer = pick(random, footers);
  const changed = entry.path.endsWith('.csv')
    ? Buffer.concat([whole, Buffer.alloc(40_000_000, pick(random, ['"', 'x', ',', '\n']))])
    : Buffer.concat([whole.subarray(0, 4), footer, tail(pick(random, [footer.length, 2 ** 32 - 1]))]);
  writeFileSync(path, changed);
  entry.bytes = changed.length;
  entry.sha256 = createHash('sha256').update(changed).digest('hex');
  writeJson(join(folder, name), manifest);
  return `${entry.path}: a bomb of ${changed.length} bytes`;
};

const names: Attack = (folder, random) => {
  const { entry } = filesOf(folder, random);
  const name = pick(random, [
    'a\nb',
    '\u001b[31mred',
    '.x.tmp',
    '.part-0.csv.tmp',
    'data/date=2026-03-28/extra.csv',
    '.lock.tmp',
  ]);
  if (random() < 0.3) renameSync(join(folder, entry.path), join(folder, 'moved'));
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), 'x');
  return `a file ${JSON.stringify(name)}`;
};

const ATTACKS: readonly Attack[] = [
  ...[journal, brokenJournal, namedPath, link, fifo, swapped, size, text, bomb, names],
  // Those with the most kinds come most often.
  ...[journal, namedPath, link, link, fifo, json, json, json, bytes, bytes, bytes],
];

/** @returns what was done, for messages */
export function attack(folder: string, seed: number, random: Random): string {
  return (ATTACKS[seed % ATTACKS.length] as Attack)(folder, random);
}
