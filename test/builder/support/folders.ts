import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Every file of a folder, hidden ones too, with its bytes. */
export function bytesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    filesOf(folder).map((file) => [file, readFileSync(join(folder, file), 'latin1')]),
  );
}

/** When each file of a folder was last written. */
export function writtenAt(folder: string): Record<string, number> {
  return Object.fromEntries(filesOf(folder).map((file) => [file, statSync(join(folder, file)).mtimeMs]));
}

/** Compares two folders; text files line by line, so that a difference can be read. */
export function expectSameFiles(found: string, wanted: string): void {
  const [one, other] = [bytesOf(found), bytesOf(wanted)];
  expect(Object.keys(one)).to.deep.equal(Object.keys(other));
  for (const [file, bytes] of Object.entries(other)) {
    const lines = one[file]?.split('\n') ?? [];
    const at = bytes.split('\n').findIndex((line, i) => line !== lines[i]);
    const wrong = at < 0 ? '' : `${file} line ${at + 1}: ${lines[at]}, not ${bytes.split('\n')[at]}`;
    expect(wrong.slice(0, 300)).to.equal('');
    expect(one[file]?.length, file).to.equal(bytes.length);
  }
}
