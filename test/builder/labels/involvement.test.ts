import { expect } from 'chai';
import fc from 'fast-check';
import { labeller } from '../../../builder/labels/label-rows.ts';
import { type Episode, INVOLVEMENTS, type Involvement } from '../../../dataset/episodes/contract.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import type { RowLabel } from '../../../dataset/model/rows.ts';

const STEP_MS = 15_000;
const T0 = Date.UTC(2026, 2, 29);
const TIMES = { firstMs: T0, lastMs: T0 + 20 * STEP_MS, stepMs: STEP_MS, recoveryMs: STEP_MS };
const PODS = ['p', 'q', 'r', 's'] as const;

/** A line of the one episode, from step 3 to 6. */
function line(pod: string, involvement?: Involvement, more: Partial<Episode> = {}): Episode {
  return {
    ...{ episode: 'e', scenario: 'scan', startMs: T0 + 3 * STEP_MS, endMs: T0 + 6 * STEP_MS },
    ...{ node: 'a', namespace: pod === '' ? '' : 'shop', pod, role: 'attack', run: '', place: 'line' },
    ...(involvement !== undefined && { involvement }),
    ...more,
  };
}

/** The labels of a pod's rows, or of its node's, at steps 0 to 11. */
function labels(lines: readonly Episode[], pod?: string): readonly RowLabel[] {
  const timesMs = Float64Array.from({ length: 12 }, (_, i) => T0 + i * STEP_MS);
  const own = pod === undefined ? {} : { namespace: 'shop', pod };
  return labeller(lines, TIMES).label({ cluster: '', node: 'a', ...own, timesMs, features: [] }).labels;
}

const at = (lines: readonly Episode[], pod?: string) => labels(lines, pod)[4];
const phases = (lines: readonly Episode[], pod?: string) =>
  labels(lines, pod)
    .map(({ phase }) => phase?.[0] ?? '-')
    .join('');

describe('what pods have to do with an attack', () => {
  const lines = [line('p', 'attacker'), line('q', 'victim'), line('r', 'bystander')];

  it('is an attack for attacker and victim, and normal time for a bystander, who can be told apart', () => {
    const attack = { label: 'scan', anomaly: 1, episode: 'e', role: 'attack', phase: 'attack', run: null };
    expect(at(lines, 'p')).to.deep.equal({ ...attack, involvement: 'attacker' });
    expect(at(lines, 'q')).to.deep.equal({ ...attack, involvement: 'victim' });
    expect(at(lines, 'r')).to.deep.equal({
      ...{ label: 'normal', anomaly: 0, episode: 'e', role: 'attack' },
      ...{ involvement: 'bystander', phase: 'normal', run: null },
    });
    expect(at(lines, 's')).to.include({ label: 'normal', episode: null });
  });

  it('leaves recovery to those who were attacked', () => {
    expect(phases(lines, 'q')).to.equal('nnnaaaarnnnn');
    expect(phases(lines, 'r')).to.equal('nnnnnnnnnnnn');
  });

  it('labels the node as ever, but not for a bystander alone', () => {
    expect(at(lines)).to.deep.equal({
      ...{ label: 'scan', anomaly: 1, episode: 'e', role: 'attack', phase: 'attack', run: null },
    });
    expect(at([line('r', 'bystander')])).to.include({ label: 'normal', episode: 'e', phase: 'normal' });
  });

  it('goes before what the same episode says of the node, whichever line is first', () => {
    for (const all of [
      [line(''), ...lines],
      [...lines, line('')],
    ]) {
      expect(at(all, 'p')?.label).to.equal('scan');
      expect(at(all, 'r')?.label).to.equal('normal');
      expect(at(all, 's')?.label).to.equal(null);
      expect(labeller(all, TIMES).conflicts).to.deep.equal([]);
    }
  });

  it('does not excuse a bystander from another episode', () => {
    const other = line('r', 'victim', { episode: 'f', scenario: 'burn' });
    expect(at([...lines, other], 'r')).to.include({ label: 'burn', episode: 'f', involvement: 'victim' });
  });

  it('goes after what the pod itself does, whenever each began', () => {
    const own = (startMs: number) =>
      line('r', undefined, { episode: 'b', scenario: 'backup', role: 'benign', startMs });
    for (const startMs of [T0 + 2 * STEP_MS, T0 + 3 * STEP_MS, T0 + 3.5 * STEP_MS])
      for (const all of [
        [...lines, own(startMs)],
        [own(startMs), ...lines],
      ])
        expect(at(all, 'r')).to.include({ label: 'normal', episode: 'b', role: 'benign' });
  });

  it('is no conflict with anything for a bystander, and one between two episodes of many lines', () => {
    const more = { episode: 'f', scenario: 'burn' };
    const others = [
      line('s', 'attacker', more),
      ...['p', 'q', 'r'].map((pod) => line(pod, 'bystander', more)),
    ];
    const all = [...lines, ...others, line('s', 'bystander')];
    const pairs = (entity: 'node' | 'pod') =>
      labeller(all, { ...TIMES, entity }).conflicts.map(({ kept, ignored }) => [kept, ignored]);
    expect(pairs('pod')).to.deep.equal([]);
    expect(pairs('node')).to.deep.equal([['e', 'f']]);
  });

  it('labels a pod by its own line alone, whatever the lines and their order', () => {
    const involvement = fc.option(fc.constantFrom(...INVOLVEMENTS), { nil: undefined });
    const some = fc.uniqueArray(fc.record({ pod: fc.constantFrom(...PODS), involvement }), {
      selector: ({ pod }) => pod,
    });
    fc.assert(
      fc.property(some, fc.boolean(), fc.nat(4), (told, ofNode, before) => {
        const all = told.map((one) => line(one.pod, one.involvement));
        if (ofNode) all.splice(before, 0, line(''));
        for (const pod of PODS) {
          const own = told.find((one) => one.pod === pod);
          const row = at(all, pod);
          expect(row?.involvement).to.equal(own?.involvement);
          if (own === undefined) expect(row?.label).to.equal(ofNode ? null : 'normal');
          else expect(row?.label).to.equal(own.involvement === 'bystander' ? 'normal' : 'scan');
        }
        const isAttack = ofNode || told.some((one) => one.involvement !== 'bystander');
        expect(at(all)?.anomaly).to.equal(isAttack ? 1 : 0);
        expect(at(all)).not.to.have.property('involvement');
      }),
    );
  });
});

describe('the column for it', () => {
  const head = 'episode,scenario,start,end,node,namespace,pod,role';
  const times = '2026-03-29T00:00:00Z,2026-03-29T00:01:00Z';

  it('may be missing, or empty', () => {
    expect(parseEpisodes(`${head}\ne,scan,${times},a,shop,p,attack`, 'f')[0]).not.to.have.property(
      'involvement',
    );
    expect(
      parseEpisodes(`${head},involvement\ne,scan,${times},a,shop,p,attack,`, 'f')[0],
    ).not.to.have.property('involvement');
  });

  it('holds one of three words, of a pod', () => {
    const parse = (pod: string, word: string) =>
      parseEpisodes(`${head},involvement\ne,scan,${times},a,shop,${pod},attack,${word}`, 'f');
    for (const word of INVOLVEMENTS) expect(parse('p', word)[0]?.involvement).to.equal(word);
    expect(() => parse('p', 'suspect')).to.throw(
      'f line 2: involvement "suspect" must be attacker, victim, bystander',
    );
    expect(() => parse('', 'victim')).to.throw("f line 2: involvement victim is a pod's");
  });
});
