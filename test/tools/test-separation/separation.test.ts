import { expect } from 'chai';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { separationPage } from '../../../tools/generate/separation-page.ts';
import type { Separations } from '../../../tools/test-separation/results.ts';
import { separationsOf } from '../../../tools/test-separation/separation.ts';
import type { Row } from '../../scenarios/support/effects.ts';

const row = (label: string | null, processes: number | null, listening: number): Row => ({
  timeMs: 0,
  values: { label, processes, listening_sockets: listening },
});

describe('how well one feature tells a class', () => {
  const rows = [
    ...[1, 2, 3, 4].map((value) => row('normal', value, 5)),
    ...[3, 5].map((value) => row('scan', value, 9)),
    row('burn', null, 5),
    row('burn', 4, 5),
    row(null, 100, 100),
  ];

  it('is the area against the rows that are normal, of the best feature, either way', () => {
    const found = separationsOf(rows, 'node', ['scan', 'burn', 'away']);
    expect([...found.keys()]).to.deep.equal(['scan', 'burn']);
    expect(found.get('scan')).to.deep.equal({
      entity: 'node',
      rows: 2,
      best: { column: 'listening_sockets', auc: 1 },
      perfect: ['listening_sockets'],
    });
    // 4 is above three of four, and the same as the last.
    expect(found.get('burn')).to.deep.include({ best: { column: 'processes', auc: 0.875 }, perfect: [] });
    const lower = separationsOf([row('normal', 9, 1), row('scan', 1, 1)], 'node', ['scan']);
    expect(lower.get('scan')?.perfect).to.deep.equal(['processes']);
  });

  it('is a page that tells what an attack is from what it does not name', () => {
    const any = SCENARIOS.find(({ needsCluster }) => needsCluster !== true) as Scenario;
    const attack = { ...any, name: 'scan', role: 'attack' as const };
    const scenario: Scenario = { ...attack, moves: ['listening_sockets'] };
    const results: Separations = {
      ...{ date: '2026-11-28', kernel: '6.1', intensities: [0.3, 1], failures: { burn: 'burn: no' } },
      classes: {
        scan: {
          ...{ entity: 'pod', rows: 20, best: { column: 'listening_sockets', auc: 1 } },
          perfect: ['listening_sockets', 'processes'],
        },
      },
    };
    const page = separationPage([scenario, { ...scenario, name: 'burn' }], results);
    expect(page).to.include(
      '| `scan` | 20 of pods | `listening_sockets` 1.000 | `listening_sockets` | `processes` |',
    );
    expect(page).to.include('| `burn` | not run: burn: no |');
    expect(page).to.include('at 1.0 (1 of 1): `scan`.').and.include('too: `scan`.');
    expect(separationPage([scenario], undefined)).to.include('There is no result yet.');
  });
});
