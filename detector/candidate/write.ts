import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../common/errors.ts';
import { OutputFile } from '../../dataset/files/output-file.ts';
import { localDisk } from '../../dataset/storage/local/disk.ts';
import { DetectorError } from '../base/errors.ts';
import { CONTENTS, type Content, MANIFEST } from './files.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** Digits of the manifest's hash that tell a candidate from others. */
const ID_DIGITS = 12;

function write(path: string, bytes: Uint8Array): void {
  const file = new OutputFile(path);
  try {
    file.append(bytes);
  } catch (error) {
    file.abandon();
    throw error;
  }
  file.close();
}

/** Makes a folder that candidates can stand in, before hours are spent on one that cannot be written. */
export function makeModelsFolder(models: string): void {
  try {
    mkdirSync(models, { recursive: true });
  } catch (error) {
    throw new DetectorError('output', `cannot write to ${models}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Writes a candidate's folder beside its place and renames it, so that it is there as a whole or not at all.
 *
 * @param models the folder that candidates stand in, which is there
 * @param name what its own name begins with
 * @returns its path; the same contents have the same
 * @throws {DetectorError} `output`
 */
export function writeCandidate(
  models: string,
  name: string,
  contents: Readonly<Record<Content, Uint8Array>>,
): string {
  const files = CONTENTS.map((path) => ({
    path,
    bytes: contents[path].length,
    sha256: hash('sha256', contents[path], 'hex'),
  }));
  const manifest = `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, files }, undefined, 2)}\n`;
  const id = `${name}-${hash('sha256', manifest, 'hex').slice(0, ID_DIGITS)}`;
  const place = join(models, id);
  const beside = join(models, `.${id}.tmp`);
  try {
    if (existsSync(join(place, MANIFEST)) && readFileSync(join(place, MANIFEST), 'utf8') === manifest)
      return place;
    rmSync(beside, { recursive: true, force: true });
    mkdirSync(beside);
    for (const path of CONTENTS) write(join(beside, path), contents[path]);
    write(join(beside, MANIFEST), Buffer.from(manifest));
    localDisk.syncFolder(beside);
    renameSync(beside, place);
    localDisk.syncFolder(models);
    return place;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw new DetectorError('output', `cannot write ${place}: ${messageOf(error)}`, { cause: error });
  }
}
