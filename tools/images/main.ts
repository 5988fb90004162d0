#!/usr/bin/env node
/**
 * Images by digest.
 *
 *     npm run images:pin                                   ask the registries what the tags of manifests/images.yaml mean now
 *     npm run images:check -- --strict                     say which digests are not known; with --strict, fail then
 *     npm run images:digest -- registry/kubevigil:0.1.0    what an overlay says to run this image and no other
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand, UsageError } from '../../common/cli.ts';
import { Program } from '../../common/flags.ts';
import { ROOT } from '../programs/paths.ts';
import { readLock, unusedImages, writePinned } from './checkout.ts';
import { LOCK_FILE, parseLock, withDigests } from './lock.ts';
import { type ImageReference, parseReference } from './reference.ts';
import { resolveTag } from './registry.ts';

/** What the Dockerfile is built for. */
const PLATFORMS = ['linux/amd64', 'linux/arm64'];

interface Root {
  readonly root: string;
}

function referenceOf(image: string): ImageReference {
  try {
    return parseReference(image);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function digestFor(image: string): Promise<string> {
  const { digest, platforms } = await resolveTag(referenceOf(image));
  const missing = PLATFORMS.filter((platform) => platforms?.includes(platform) !== true);
  if (missing.length > 0) throw new Error(`is not for ${missing.join(' and ')}`);
  return digest;
}

/** Those that answered are pinned also when others did not. */
async function pin({ root }: Root): Promise<void> {
  const file = join(root, LOCK_FILE);
  const text = readFileSync(file, 'utf8');
  const lock = new Map(parseLock(text));
  const failures: string[] = [];
  for (const [image, known] of lock) {
    try {
      const digest = await digestFor(image);
      lock.set(image, digest);
      const change = digest === known ? 'as before' : `instead of ${known ?? 'none'}`;
      process.stdout.write(`${image} ${digest} ${change}\n`);
    } catch (error) {
      failures.push(`${image}: ${(error as Error).message}`);
    }
  }
  writeFileSync(file, withDigests(text, lock));
  writePinned(root, lock);
  if (failures.length > 0) throw new Error(`not pinned: ${failures.join('; ')}`);
}

function check({ root, strict }: Root & { readonly strict: boolean }): void {
  const lock = readLock(root);
  const unused = unusedImages(root, lock);
  if (unused.length > 0) throw new UsageError(`${LOCK_FILE} has ${unused.join(', ')}, which nothing names`);
  const unknown = [...lock].filter(([, digest]) => digest === null).map(([image]) => image);
  if (unknown.length === 0) return;
  const said = `no digest is known of ${unknown.join(', ')}, so that a tag decides: npm run images:pin asks for them`;
  if (strict) throw new Error(said);
  process.stdout.write(`images: ${said}\n`);
}

async function digest(image: string): Promise<void> {
  const reference = referenceOf(image);
  const resolvedTag = await resolveTag(reference);
  const newName = image.slice(0, -reference.tag.length - 1);
  process.stdout.write(stringify({ images: [{ name: 'kubevigil', newName, digest: resolvedTag.digest }] }));
}

const program = new Program('images').description('Images by digest.').allowExcessArguments(false);
const root = ['--root <folder>', 'the checkout', ROOT] as const;
program
  .command('pin')
  .description('ask the registries')
  .option(...root)
  .action(pin);
program
  .command('check')
  .description('say which digests are not known')
  .option(...root)
  .option('--strict', 'fail when one is not known', false)
  .action(check);
program.command('digest <image>').description('what an overlay says for an image of yours').action(digest);
await runCommand(program);
