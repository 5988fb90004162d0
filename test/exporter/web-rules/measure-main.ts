/**
 * `npm run measure:web-rules`: what the default web rules see of attacks and take for one, as the page docs/reference/web-rules.md has it.
 *
 * `--write` writes that page; `--log FILE` says instead what the rules match of an access log, a container's too; `--rules FILE` adds rules of a file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../support/paths.ts';
import { WebRules } from './matcher.ts';
import { measureAll } from './measured.ts';
import { ownLog } from './own-log.ts';
import { page } from './page.ts';

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, log: { type: 'string' }, rules: { type: 'string' } },
});
try {
  const rules = await WebRules.load(values.rules);
  if (values.log === undefined) {
    const text = page(rules, measureAll(rules));
    if (values.write) writeFileSync(join(ROOT, 'docs', 'reference', 'web-rules.md'), text);
    else process.stdout.write(text);
  } else process.stdout.write(await ownLog(rules, values.log));
} catch (error) {
  process.stderr.write(`measure:web-rules: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
