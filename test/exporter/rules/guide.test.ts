import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { combineRules, DEFAULT_RULES_FILE } from '../../../exporter/rules/load.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { readRules } from '../../../exporter/rules/read-rules.ts';
import { ROOT } from '../../support/paths.ts';

describe('rules: the guide', () => {
  it('shows a file that is accepted over the default set', async () => {
    const example = /```yaml\n(rules:\n {2}- name: [\s\S]*?)```/.exec(
      readFileSync(join(ROOT, 'docs/guides/write-a-rule.md'), 'utf8'),
    )?.[1];
    const own = parseRules(example ?? '', 'rules.yaml');
    expect(own.rules.map(({ name }) => name)).to.deep.equal([
      'shell_in_shop',
      'own_config_changed',
      'shop_login_failed',
    ]);
    const { rules } = await readRules(DEFAULT_RULES_FILE);
    expect(combineRules(rules, own, 'rules.yaml')).to.have.length(rules.length + 2);
  });
});
