#!/usr/bin/env node
/**
 * `npm run sbom`: what the programs are made of, as CycloneDX and as SPDX, by npm's own account of the lock file. The same
 * dependencies give the same bytes; SOURCE_DATE_EPOCH is the time that they carry.
 */
import { runCommand } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { ROOT } from '../programs/paths.ts';
import { writeSboms } from './write.ts';

const program = new Program('sbom')
  .description('Writes what the programs are made of, as CycloneDX and SPDX.')
  .option('--root <folder>', 'the checkout', ROOT)
  .argument('[folder]', 'where to', 'release')
  .allowExcessArguments(false)
  .action((folder: string, { root }: { readonly root: string }) => {
    for (const path of writeSboms(root, folder, process.env)) process.stdout.write(`${path}\n`);
  });
await runCommand(program);
