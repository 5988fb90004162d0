import { expect } from 'chai';
import { parseEvent } from '../../../dataset/evidence/event.ts';

const RECORD = {
  id: '1764287985000-7',
  time: '2026-11-27T23:59:31.123456789Z',
  node: 'node-a',
  rule: 'shell_in_container',
  on: 'exec',
  severity: 'warning',
  mitre: 'T1609',
  description: 'A shell.',
  namespace: 'shop',
  pod: 'web-0',
  container: 'web',
  suppressed: 3,
  exec: { path: '/bin/sh', name: 'sh', args: ['sh', '-c', 'id'], pid: 7 },
};

describe('dataset/evidence: a record', () => {
  it('is an event with its own part as JSON', () => {
    expect(parseEvent(JSON.stringify(RECORD))).to.deep.equal({
      ...{ id: RECORD.id, timeMs: Date.parse('2026-11-27T23:59:31.123Z'), node: 'node-a', namespace: 'shop' },
      ...{ pod: 'web-0', container: 'web', rule: 'shell_in_container', kind: 'exec', severity: 'warning' },
      ...{ mitre: 'T1609', program: '/bin/sh', suppressed: 3, details: JSON.stringify(RECORD.exec) },
    });
  });

  it('of an exporter of another version is taken by what it has', () => {
    const { mitre: _, suppressed: __, ...rest } = RECORD;
    expect(parseEvent(JSON.stringify({ ...rest, more: 1 }))).to.include({ mitre: '', suppressed: 0 });
  });

  it('is none for an empty line, a heartbeat and a gap', () => {
    for (const line of [
      '',
      '  ',
      '{"type":"heartbeat","time":"2026-11-27T00:00:00Z"}',
      '{"type":"gap","from":"x"}',
    ])
      expect(parseEvent(line)).to.equal(undefined);
  });

  for (const [what, more] of [
    ['an id that is none', { id: '../x' }],
    ['a local time', { time: '2026-11-27 23:59:31' }],
    ['a node that is empty', { node: '' }],
    ['a pod of many characters', { pod: 'p'.repeat(100_000) }],
    ['a rule with a line break', { rule: 'a\nb' }],
    ['another kind', { on: 'dream' }],
    ['a part that is a text', { exec: 'sh' }],
    ['a negative count', { suppressed: -1 }],
  ] as const)
    it(`with ${what} is refused`, () => {
      expect(() => parseEvent(JSON.stringify({ ...RECORD, ...more }))).to.throw();
    });

  it('whose own part is very long is cut, and valid JSON', () => {
    const event = parseEvent(
      JSON.stringify({ ...RECORD, exec: { path: '/x', args: ['a'.repeat(1_000_000)] } }),
    );
    expect(event?.details.length).to.be.lessThan(100);
    expect(JSON.parse(event?.details ?? '')).to.have.property('cut');
  });
});
