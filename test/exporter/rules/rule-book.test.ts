import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { RulesError } from '../../../exporter/rules/errors.ts';
import { RuleBook } from '../../../exporter/rules/rule-book.ts';
import { temporaryPaths } from '../../support/temporary.ts';

function text(name: string, condition = 'in_container'): string {
  return `rules:\n  - {name: ${name}, on: exec, severity: info, mitre: T1059, description: d, condition: '${condition}'}\n`;
}

const names = (book: RuleBook) => book.current.rules.map(({ name }) => name);

describe('rules: a file that changes', () => {
  const at = temporaryPaths();
  let refused: RulesError[];
  const open = (file: string) => RuleBook.open(file, (error) => refused.push(error));
  beforeEach(() => {
    refused = [];
  });

  it('adds to the default set, replaces by name, and switches off', async () => {
    writeFileSync(
      at('r'),
      `${text('shell_in_container', 'name == "sh"')}  - {name: mining_port, enabled: false}\n${text('own').slice(7)}`,
    );
    const book = await open(at('r'));
    expect(names(book))
      .to.include('own')
      .and.to.include('external_destination')
      .and.not.include('mining_port');
    expect(book.current.rules.find(({ name }) => name === 'shell_in_container')?.text).to.equal(
      'name == "sh"',
    );
  });

  it('refuses to switch off what there is not', async () => {
    writeFileSync(at('r'), 'rules:\n  - {name: nothing, enabled: false}\n');
    let reason = '';
    await open(at('r')).catch((error: RulesError) => {
      reason = error.message;
    });
    expect(reason).to.equal(`${at('r')}:2: there is no rule nothing to switch off`);
  });

  it('takes over a file replaced by rename', async () => {
    writeFileSync(at('r'), text('one'));
    const book = await open(at('r'));
    writeFileSync(at('new'), text('two'));
    renameSync(at('new'), at('r'));
    await book.refresh();
    expect(names(book)).to.include('two').and.not.include('one');
  });

  it('takes over a ConfigMap, whose link ..data is swapped', async () => {
    for (const version of ['one', 'two']) {
      mkdirSync(at(version));
      writeFileSync(at(version, 'rules.yaml'), text(version));
    }
    symlinkSync('one', at('..data'));
    symlinkSync('..data/rules.yaml', at('rules.yaml'));
    const book = await open(at('rules.yaml'));
    expect(names(book)).to.include('one');
    symlinkSync('two', at('..data_tmp'));
    renameSync(at('..data_tmp'), at('..data'));
    await book.refresh();
    expect(names(book)).to.include('two').and.not.include('one');
  });

  it('keeps the running set when the new one is bad, says so once, and takes the next good one', async () => {
    writeFileSync(at('r'), text('one'));
    const book = await open(at('r'));
    const { succeededAt } = book.state;
    writeFileSync(at('r'), text('two', 'nam'));
    for (let i = 0; i < 3; i++) await book.refresh();
    expect(names(book)).to.include('one').and.not.include('two');
    expect(refused.map(({ message }) => message)).to.deep.equal([
      `${at('r')}:2: condition: unknown variable: nam`,
    ]);
    expect(book.state).to.deep.equal({ successful: false, succeededAt });
    writeFileSync(at('new'), text('two'));
    renameSync(at('new'), at('r'));
    await Promise.all([book.refresh(), book.refresh()]);
    expect(names(book)).to.include('two');
    expect(book.state.successful).to.equal(true);
  });

  it('keeps the running set when the file is gone', async () => {
    writeFileSync(at('r'), text('one'));
    const book = await open(at('r'));
    renameSync(at('r'), at('elsewhere'));
    await book.refresh();
    await book.refresh();
    expect(names(book)).to.include('one');
    expect(refused).to.have.length(1);
  });

  it('goes on counting what a rule could not decide', async () => {
    writeFileSync(at('r'), text('one'));
    const book = await open(at('r'));
    book.current.match('exec', { path: '/x', name: 'x' });
    writeFileSync(at('new'), text('one', 'in_container && name == "x"'));
    renameSync(at('new'), at('r'));
    await book.refresh();
    book.current.match('exec', { path: '/x', name: 'x' });
    expect(book.current.undecided.get('one')).to.deep.equal({ missing: 2, failed: 0 });
  });
});
