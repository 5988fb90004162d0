import { expect } from 'chai';
import { EventBook } from '../../../exporter/evidence/event-book.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import { PLAIN } from '../../support/services.ts';
import { parseRecord } from './support.ts';

const OWNER = { namespace: 'shop', pod: 'web-0', container: 'web' };
const BURST = 30_000;

describe('evidence: book', () => {
  const lines: string[] = [];
  let rules: RuleSet;
  let book: EventBook;

  before(async () => {
    rules = new RuleSet(await loadRules(undefined));
  });
  beforeEach(() => {
    lines.length = 0;
    book = new EventBook(PLAIN, (_, line) => lines.push(line), 1_790_000_000_000);
  });
  afterEach(() => book.close());

  function note(pid: number, owner = OWNER, ask = true): void {
    const [rule] = rules.named('exec', ['shell_in_container']);
    if (rule === undefined) throw new Error('no such rule');
    book.note<'exec'>({
      rule,
      owner,
      event: { path: '/bin/sh', name: 'sh', in_container: true },
      more: { pid },
      time: book.wallTime.moment(),
      ...(ask && { ask: (take) => take({ more: { parent_pid: 33 }, event: { args: ['sh'] } }) }),
    });
  }

  const counted = (name: string) =>
    book
      .samples(rules.rules)
      .filter(({ metric }) => metric.name === `kubevigil_events_${name}_total`)
      .reduce((sum, { value }) => sum + value, 0);

  it('writes as many of a burst as there is room for, and tells of every other one', () => {
    for (let pid = 1; pid <= BURST; pid++) note(pid);
    const written = lines.length;
    expect(written).to.be.within(100, 130);
    book.close();
    const records = lines.map(parseRecord);
    expect(records).to.have.length(written + 1);
    // The last thing that happened is always written.
    expect(records.at(-1)?.['exec']).to.deep.include({ pid: BURST });
    const told = records.reduce((sum, { suppressed = 0 }) => sum + suppressed, 0);
    expect(told + records.length).to.equal(BURST);
    expect(counted('written')).to.equal(records.length);
    expect(counted('suppressed')).to.equal(told);
  });

  it('gives ids that grow, and asks of those that are written at once what can be asked now', () => {
    for (let pid = 1; pid <= 150; pid++) note(pid);
    book.close();
    const records = lines.map(parseRecord);
    expect(records.map(({ id }) => id)).to.deep.equal(records.map((_, i) => `1790000000000-${i + 1}`));
    expect(records[0]?.['exec']).to.deep.include({ parent_pid: 33, args: ['sh'] });
    expect(records.at(-1)?.['exec']).not.to.have.property('uid');
  });

  it('keeps the bound of a pod from another pod, and that of a nameless container from another', () => {
    for (let pid = 1; pid <= 1_000; pid++) note(pid);
    const before = lines.length;
    note(1, { ...OWNER, pod: 'web-1' });
    note(1, { namespace: '', pod: '', container: '0123456789ab' });
    expect(lines).to.have.length(before + 2);
  });

  it('stands at 0 for every rule in use before anything matches', () => {
    expect(book.samples(rules.rules)).to.have.length(2 * rules.rules.length);
    expect(counted('written') + counted('suppressed')).to.equal(0);
  });
});
