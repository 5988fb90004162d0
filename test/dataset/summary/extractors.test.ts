import { expect } from 'chai';
import { columnsFrom, MEASURED } from '../../../dataset/summary/extractors.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';

describe('dataset/summary/extractors', () => {
  it('knows every extractor, by the metrics that it exposes', () => {
    const theirs = new Map(
      EXTRACTORS.map(({ name, metrics }) => [name, Object.values(metrics).map((own) => own.name)]),
    );
    expect(Object.keys(MEASURED).sort()).to.deep.equal([...theirs.keys()].sort());
    for (const [name, metrics] of theirs)
      expect(
        Object.values(MEASURED[name] ?? {}).map((own) => own.name),
        name,
      ).to.include.members(metrics);
  });

  it('names the columns of a dataset that one measures', () => {
    const columns = [
      { name: 'cpu_busy_ratio', metric: 'kubevigil_cpu_seconds_total' },
      { name: 'forks_per_second', metric: 'kubevigil_forks_total' },
      { name: 'own' },
    ];
    expect(columnsFrom('cpu', columns)).to.deep.equal(['cpu_busy_ratio']);
    expect(columnsFrom('__proto__', columns)).to.deep.equal([]);
  });
});
