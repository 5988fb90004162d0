import { renameSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { rules } from '../../../exporter/extractors/rules.ts';
import type { NodeView } from '../../../exporter/owners/node-view.ts';
import { RuleBook } from '../../../exporter/rules/rule-book.ts';
import { services } from '../../support/services.ts';
import { temporaryPaths } from '../../support/temporary.ts';

describe('extractor rules', () => {
  const at = temporaryPaths();

  it('shows the rules in use and takes a changed file over with the next scrape', async () => {
    const text =
      'rules:\n  - {name: own, on: exec, severity: critical, mitre: T1059, description: d, condition: in_container}\n';
    writeFileSync(at('r'), text);
    const book = await RuleBook.open(at('r'), () => {});
    const state = await rules.open?.(await services({ rules: book }));
    expect(state).not.to.equal(undefined);
    if (state === undefined) return;
    const series = async () => {
      const extraction = await rules.extract({} as NodeView, state);
      const samples = 'samples' in extraction ? extraction.samples : extraction;
      return samples
        .filter(({ labels }) => labels['rule'] === undefined || labels['rule'] === 'own')
        .filter(({ metric }) => !metric.name.endsWith('_timestamp_seconds'))
        .map(({ metric, labels, value }) => `${metric.name} ${JSON.stringify(labels)} ${value}`);
    };
    try {
      book.current.match('exec', { path: '/x', name: 'x' });
      expect(await series()).to.deep.equal([
        'kubevigil_rules_last_reload_successful {} 1',
        'kubevigil_rule_info {"rule":"own","on":"exec","severity":"critical","mitre":"T1059"} 1',
        'kubevigil_rule_missing_fields_total {"rule":"own"} 1',
        'kubevigil_rule_failures_total {"rule":"own"} 0',
      ]);
      writeFileSync(at('new'), 'rules: 1');
      renameSync(at('new'), at('r'));
      expect(await series()).to.include('kubevigil_rules_last_reload_successful {} 0');
      writeFileSync(at('new'), text.replace('critical', 'info'));
      renameSync(at('new'), at('r'));
      const after = await series();
      expect(after).to.include('kubevigil_rules_last_reload_successful {} 1');
      expect(after[1]).to.include('"severity":"info"');
      expect(after).to.include('kubevigil_rule_missing_fields_total {"rule":"own"} 1');
    } finally {
      await rules.close?.(state);
    }
  });
});
