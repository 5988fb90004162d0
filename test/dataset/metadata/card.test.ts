import { expect } from 'chai';
import fc from 'fast-check';
import { card } from '../../../dataset/metadata/card.ts';
import { plain } from '../../../dataset/metadata/markdown.ts';
import { manifestWith } from '../../builder/support/manifests.ts';
import { anyCharacter } from '../../support/any-character.ts';

describe('builder dataset card', () => {
  it('has a column table, the classes by part, and how to verify', () => {
    const text = card(manifestWith());
    expect(text).to.match(/^---\n.*\n---\n\n# kubevigil-abababab\n/s);
    expect(text).to.include(
      '| `cpu_busy_ratio` | double | ratio | 0 | Share of CPU time. Window 15s. | /proc/stat |',
    );
    expect(text).to.include('| cpu\\_burn | 4 | 40.00 % | 0 | 4 |');
    expect(text).to.include('kubevigil-builder verify .');
    expect(text).to.match(/\n$/);
  });

  it('says of attacks and features only what is known', () => {
    const unlabelled = card(manifestWith({ labels: [], classBalance: { unlabelled: 10 } }));
    expect(unlabelled).to.include('Nobody said whether attacks are in it.').and.include('not labelled');
    expect(unlabelled).not.to.include('without attacks');
    const calm = card(manifestWith({ classBalance: { normal: 10 } }));
    expect(calm).to.include('No attack in it is labelled').and.include('without a labelled attack');
    const metric = { kind: 'metric' as const, metric: 'm', episodes: 1 };
    expect(card(manifestWith({ labels: [metric] }))).to.include('Its attacks were produced on purpose');
    expect(card(manifestWith())).not.to.include('Its attacks were produced on purpose');
    const [first, ...others] = manifestWith().columns;
    const expression = { name: 'x', type: 'double' as const, help: 'x', nulls: 0, promql: 'x' };
    const columns = [first, ...others, expression].flatMap((each) => each ?? []);
    expect(card(manifestWith({ columns }))).to.include(' of 2 security and performance features');
  });

  it('tells of the machines what their agents told, and what each part has and lacks', () => {
    const machine = {
      cluster: null,
      node: 'node-a',
      kernel: '6.8.0',
      os: 'debian',
      os_version: '12',
      arch: 'x64',
    };
    const lacks = [{ part: 'test' as const, classes: { cpu_burn: 0 } }];
    const counts = { normalRows: { test: 4, train: 2 }, benignRows: { train: 0 } };
    const text = card(
      manifestWith({ machines: [machine], split: { ...manifestWith().split, ...counts, lacks } }),
    );
    expect(text).to.include('- node-a: debian 12, Linux 6.8.0, x64\n');
    expect(text).to.include('| test | 4 | 0 | 0 | 4 |');
    expect(text).to.include(
      '- test has no rows of cpu\\_burn: nothing can be learnt of it, or judged by it, there.',
    );
    expect(text).to.include(
      '- the file episodes.csv: 1 episode of which the file does not tell where they are from.',
    );
  });

  it('lists a part that was asked for and has no rows', () => {
    const split = { ...manifestWith().split, fractions: [0.7, 0.15, 0.15], rows: { train: 10 } };
    const text = card(manifestWith({ split }));
    expect(text).to.match(/^\| validation \| 0 \| 0 \| 0 \| 0 \|$/m);
    const none = card(manifestWith({ split: { ...split, fractions: [0.8, 0, 0.2] } }));
    expect(none).not.to.match(/^\| validation \|/m);
  });

  it('tells which Kubernetes each node ran, and of how many nobody knows', () => {
    const entities = ['a', 'b', 'c'].map((node) => ({ cluster: null, node }));
    const kubernetes = [{ cluster: null, node: 'b', version: 'v1.30.0' }];
    const text = card(manifestWith({ entities, kubernetes }));
    expect(text).to.include('told it; of 2 of 3 nodes it is not known:\n\n- b: v1.30.0\n');
    expect(card(manifestWith({ entities }))).to.include('Which Kubernetes they ran, if any, is not known');
  });

  it('counts pods as pods', () => {
    const pods = ['x', 'y'].map((pod) => ({ cluster: null, node: 'a', namespace: 'shop', pod }));
    const text = card(manifestWith({ entity: 'pod', entities: pods }));
    expect(text).to.include('| pods | 2 |').and.to.include('Time series of 2 pods: ');
    expect(text).to.include('## Pods and their nodes').and.not.to.include('| nodes |');
  });

  it('is not long however long the lists are', () => {
    const gap = { cluster: null, node: 'n', kind: 'no_data' as const, steps: 1 };
    const [start, end] = ['2026-11-23T00:00:15.000Z', '2026-11-23T00:00:15.000Z'] as const;
    const gaps = Array.from({ length: 10_000 }, () => ({ ...gap, start, end }));
    const nodes = Array.from({ length: 10_000 }, (_, i) => ({ cluster: null, node: `node-${i}` }));
    const text = card(manifestWith({ gaps, entities: nodes, warnings: gaps.map((_, i) => `warning ${i}`) }));
    expect(text.split('\n').length).to.be.below(300);
    expect(text).to.include('- … and 9975 more in manifest.json');
  });

  it('keeps hostile names on their line and in their cell', () => {
    const hostile = 'a|b\n## c <img src=x> [l](http://x) `code` \\';
    const text = card(
      manifestWith({ entities: [{ cluster: hostile, node: hostile }], classBalance: { [hostile]: 10 } }),
    );
    expect(text).not.to.include('<img').and.not.to.include('\n## c');
    for (const line of text.split('\n').filter((each) => each.startsWith('| a'))) {
      expect(line.match(/(?<!\\)\|/g)).to.have.length(6);
    }
  });

  it('leaves no markup of any text unescaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const shown = plain(text);
        expect(shown).not.to.match(/[\n\r<>]/);
        expect(shown.replace(/\\[\\`*_[\]|~#!]/g, '')).not.to.match(/[\\`*_[\]|~!]/);
      }),
    );
  });
});
