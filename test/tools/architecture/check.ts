import { dirname, join } from 'node:path/posix';
import { DOOR, type Exception, type House } from '../../../tools/architecture/layers.ts';

/** The project's own modules that a module imports, by their paths from the repository's root. */
export function importsOf(module: string, text: string): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.\.?\/[^']+)'/g)];
  return found.map(([, path = '']) => join(dirname(module), path));
}

interface Place {
  readonly house: House;
  readonly room: string;
  /** Undefined: no layer has this room. */
  readonly layer: number | undefined;
}

function placeOf(module: string, houses: readonly House[]): Place | undefined {
  const [first, ...rest] = module.split('/');
  const house = houses.find(({ name }) => name === first);
  if (house === undefined) return undefined;
  const room = rest.length > 1 ? (rest[0] ?? DOOR) : DOOR;
  const layer = house.layers.findIndex((rooms) => rooms.some(({ name }) => name === room));
  return { house, room, layer: layer < 0 ? undefined : layer };
}

const pathOf = ({ house, room }: Place) => (room === DOOR ? house.name : `${house.name}/${room}`);

/** Why a module at `from` may not import one at `to`; undefined when it may. */
function objection(from: Place, to: Place): string | undefined {
  if (from.house !== to.house) {
    const isUsed = from.house.uses.some((used) => used === to.house.name || used === pathOf(to));
    return isUsed ? undefined : `${from.house.name} does not use ${pathOf(to)}`;
  }
  if (from.room === to.room || from.layer === undefined || to.layer === undefined) return undefined;
  if (from.layer > to.layer) return undefined;
  return `${pathOf(from)} is ${from.layer === to.layer ? 'beside' : 'below'} ${pathOf(to)}`;
}

/**
 * What is against the layers, a line for each: imports upward or sideways, houses that are not used, folders that are in no layer, rooms
 * that are empty, exceptions that are none any more.
 *
 * @param modules the project's modules with their texts, by their paths from the repository's root; those outside of the houses are left out
 */
export function violations(
  modules: ReadonlyMap<string, string>,
  houses: readonly House[],
  exceptions: readonly Exception[] = [],
): string[] {
  const found: string[] = [];
  const inUse = new Set<string>();
  const used = new Set<Exception>();
  for (const [module, text] of modules) {
    const from = placeOf(module, houses);
    if (from === undefined) continue;
    inUse.add(pathOf(from));
    if (from.layer === undefined) found.push(`${module}: ${pathOf(from)} is in no layer`);
    for (const imported of importsOf(module, text)) {
      const to = placeOf(imported, houses);
      const why = to === undefined ? `${from.house.name} does not use it` : objection(from, to);
      if (why === undefined) continue;
      const exception = exceptions.find((one) => one.from === module && one.to === imported);
      if (exception === undefined) found.push(`${module} imports ${imported}: ${why}`);
      else used.add(exception);
    }
  }
  for (const house of houses) {
    for (const { name } of house.layers.flat()) {
      const path = pathOf({ house, room: name, layer: undefined });
      if (!inUse.has(path)) found.push(`${path} is in a layer, and there is no such folder`);
    }
  }
  for (const exception of exceptions.filter((one) => !used.has(one))) {
    found.push(`the exception for ${exception.from} is needed no more`);
  }
  return found;
}
