import { expect } from 'chai';
import { lacksOf, lackText } from '../../../dataset/summary/lacks.ts';

const FRACTIONS = [0.7, 0.15, 0.15];
const whole = { normal: 300, cpu_burn: 30, port_scan: 30 };
const full = {
  fractions: FRACTIONS,
  rows: { train: 200, validation: 80, test: 80, embargo: 9 },
  classBalance: {
    train: { normal: 180, cpu_burn: 10, port_scan: 10 },
    validation: { normal: 60, cpu_burn: 10, port_scan: 10 },
    test: { normal: 60, cpu_burn: 10, port_scan: 10 },
    embargo: { normal: 9 },
  },
  normalRows: { train: 150, validation: 50, test: 50 },
  benignRows: { train: 5, validation: 5, test: 5 },
};

describe('dataset/summary/lacks', () => {
  it('finds nothing where every part has everything; the embargo need have nothing', () => {
    expect(lacksOf(whole, full)).to.deep.equal([]);
  });

  it('names what a part lacks, and only that', () => {
    const poor = {
      ...full,
      classBalance: { ...full.classBalance, test: { normal: 2, port_scan: 78 } },
      normalRows: { train: 150, validation: 50 },
      benignRows: { train: 5, validation: 5 },
    };
    const lacks = lacksOf(whole, poor);
    expect(lacks.map(lackText)).to.deep.equal([
      'test has no rows of cpu_burn; no rows of benign workloads; no rows of plain normal time',
    ]);
  });

  it('goes by the minimum that is asked for', () => {
    const lacks = lacksOf(whole, { ...full, minimum: { class: 11, benign: 6, normal: 0 } });
    expect(lacks.map(({ part }) => part)).to.deep.equal(['train', 'validation', 'test']);
    expect(lackText(lacks[0] as (typeof lacks)[0])).to.equal(
      'train has 10 rows of cpu_burn; 10 rows of port_scan; 5 rows of benign workloads',
    );
  });

  it('asks for nothing that the dataset does not have, and of no part without a share or without rows', () => {
    const calm = { ...full, benignRows: {}, classBalance: {} };
    expect(lacksOf({ normal: 300 }, calm)).to.deep.equal([]);
    expect(lacksOf({ unlabelled: 300 }, { ...calm, normalRows: {} })).to.deep.equal([]);
    const two = {
      ...full,
      fractions: [0.8, 0, 0.2],
      rows: { train: 200, test: 80 },
      normalRows: { train: 1, test: 1 },
    };
    expect(lacksOf(whole, two)).to.deep.equal([]);
  });
});
