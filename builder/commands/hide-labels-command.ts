/** `hide-labels` on the command line. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../common/cli.ts';
import type { Program } from '../../common/flags.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import type { PlaceFlags } from '../config/load.ts';
import { hideLabels } from './hide-labels.ts';
import { summary } from './summary.ts';

interface HideFlags extends PlaceFlags {
  readonly output: string;
  readonly key: string;
}

/** Where a path leads, as far as there is something. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(real(parent), relative(parent, path));
}

/** @throws {UsageError} for a key that would be published with the copy */
function checkApart(key: string, output: string): void {
  const between = relative(real(resolve(output)), real(resolve(key)));
  if (!between.startsWith('..'))
    throw new UsageError(
      `--key ${key} lies in the copy, which is to be published: choose a place outside of ${output}`,
    );
}

/** Adds it to the program. @param storageOf the dataset that an argument names */
export function addHideLabels(
  program: Program,
  withPlace: (command: Program, what: string) => Program,
  storageOf: (place: string, flags: PlaceFlags) => Promise<Storage>,
): void {
  withPlace(
    program
      .command('hide-labels')
      .description(
        'Write a copy of a dataset without the labels of test, and a file with these: for a benchmark whose answers nobody has.',
      ),
    'the whole dataset',
  )
    .requiredOption('--output <place>', 'where the copy is put: a place that holds nothing yet')
    .requiredOption('--key <file>', 'where the labels are put, for `score --labels`: a new file')
    .example(
      'kubevigil-builder hide-labels dataset --output public --key labels-of-test.csv',
      'publish the folder, and keep the file',
    )
    .action(async (place: string, { output, key, ...flags }: HideFlags) => {
      checkApart(key, output);
      const made = await hideLabels(
        await storageOf(place, flags),
        await storageOf(output, flags),
        resolve(key),
      );
      process.stdout.write(`${summary(made, output)}labels of test: ${key}\n`);
    });
}
