import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { redactArguments } from '../../../../exporter/evidence/redaction/arguments.ts';
import { REDACTED } from '../../../../exporter/evidence/redaction/named-values.ts';
import { redact } from '../../../../exporter/evidence/redaction/redact.ts';
import { type MadeUp, withIds, withSecrets } from '../../../support/made-up.ts';
import { ROOT } from '../../../support/paths.ts';

const FOLDER = join(ROOT, 'test/fixtures/redaction');

/** A corpus: templates, each made up twice where it has something to make up. */
function corpus(text: string, make: (template: string, seed: number) => MadeUp): MadeUp[] {
  const templates = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const made = templates.flatMap((template, i) => [make(template, 2 * i), make(template, 2 * i + 1)]);
  return [...new Map(made.map((one) => [one.line, one])).values()];
}

/** As a shell would split it, but for what needs a shell. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"(?:[^"\\]|\\.)*"|'[^']*')+/g)].map(([word]) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, double?: string, single?: string) => double ?? single ?? '',
    ),
  );
}

/** The ways in which a line comes to the agent: as a log line, as a command of a shell, as a program of its own. */
const WAYS: Readonly<Record<string, (line: string) => string>> = {
  line: redact,
  shell: (line) => redactArguments(['/bin/sh', '-c', line]).join('\0'),
  program: (line) => redactArguments(wordsOf(line)).join('\0'),
};

/** Something of a secret is left when a good part of it is. */
function leaks(text: string, secret: string): boolean {
  const part = Math.min(secret.length, Math.max(6, Math.floor(secret.length / 2)));
  for (let i = 0; i + part <= secret.length; i++) if (text.includes(secret.slice(i, i + part))) return true;
  return false;
}

describe('evidence: redaction', () => {
  const [programs = '', others = ''] = readFileSync(join(FOLDER, 'secrets.txt'), 'utf8').split(
    '\n## Commands',
  );
  const secretPrograms = corpus(programs, withSecrets);
  const secrets = [...secretPrograms, ...corpus(others.slice(others.indexOf('\n')), withSecrets)];
  const harmless = corpus(readFileSync(join(FOLDER, 'harmless.txt'), 'utf8'), withIds);

  it('has three hundred lines of each', () => {
    expect(secrets.length).to.be.at.least(300);
    expect(harmless.length).to.be.at.least(300);
  });

  for (const [way, redacted] of Object.entries(WAYS)) {
    it(`leaves no secret in a ${way}`, () => {
      const lines = way === 'program' ? secretPrograms : secrets;
      const leaking = lines.flatMap(({ line, values }) =>
        values.some((value) => leaks(redacted(line), value)) ? [`${line}  →  ${redacted(line)}`] : [],
      );
      expect(leaking).to.deep.equal([]);
    });

    it(`takes nothing out of 98 of 100 harmless ones, as a ${way}`, () => {
      const damaged = harmless.map(({ line }) => line).filter((line) => redacted(line).includes(REDACTED));
      expect(damaged.length / harmless.length, damaged.join('\n')).to.be.at.most(0.02);
    });
  }

  it('is done when it was done: a text without secrets stays as it is', () => {
    for (const { line } of secrets) expect(redact(redact(line)), line).to.equal(redact(line));
  });

  it('never fails, whatever it is given', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (one, many) => {
        expect(redact(one)).to.be.a('string');
        expect(redactArguments(many)).to.have.length(many.length);
      }),
    );
  });
});
