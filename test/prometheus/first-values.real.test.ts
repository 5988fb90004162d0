import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { ROOT } from '../support/paths.ts';
import { program } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = promisify(execFile);

const EXECS = 'kubevigil_suspicious_execs_total';
const STARTED = 'process_start_time_seconds{job="kubevigil",node="a"}';
const RATE = 'kubevigil_suspicious_execs_per_second:rate1m';
const DESTINATIONS = 'kubevigil_outbound_destinations_total';
const JOB = 'node="a",namespace="shop",pod="job-7"';

type Values = Readonly<Record<string, string>>;

interface Expected {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

describe("a series' first value", () => {
  const folder = temporaryFolder();

  /** Series of 15 s between samples, and what the shipped rules make of them. */
  async function holds(file: string, input: Values, expected: readonly Expected[]): Promise<void> {
    const path = join(folder(), 'test.yml');
    const input_series = Object.entries(input).map(([series, values]) => ({ series, values }));
    const document = {
      rule_files: [join(ROOT, 'prometheus', 'rules', file)],
      evaluation_interval: file === 'recording.yml' ? '15s' : '1m',
      tests: [{ interval: '15s', input_series, promql_expr_test: expected }],
    };
    writeFileSync(path, stringify(document));
    await run(await program('promtool'), ['test', 'rules', path]);
  }

  const rateOf = (entity: 'node' | 'pod', eval_time: string, value: number): Expected => {
    const name = `${entity}:${RATE}`;
    const labels = entity === 'pod' ? JOB : 'node="a"';
    return { expr: `${name}{${labels}}`, eval_time, exp_samples: [{ labels: `${name}{${labels}}`, value }] };
  };

  it('is in the recorded rates for a minute, once', () =>
    holds(
      'recording.yml',
      {
        [STARTED]: '-86400x80',
        [`${EXECS}{node="a",rule="shell"}`]: '0x80',
        [`${EXECS}{${JOB},container="job",rule="shell"}`]: '_x40 6 6 9x38',
      },
      (['node', 'pod'] as const).flatMap((entity) => [
        rateOf(entity, '10m', 0.1),
        rateOf(entity, '10m45s', 0.15),
        rateOf(entity, '12m', 0),
      ]),
    ));

  it('is no rate where the exporter was away: it was counted before', () =>
    holds(
      'recording.yml',
      {
        [STARTED]: '-86400x40 stale _x15 -86400x40',
        [`${EXECS}{node="a",rule="shell"}`]: '0x40 stale _x15 0x40',
        [`${EXECS}{${JOB},container="job",rule="shell"}`]: '7x40 stale _x15 7x40',
      },
      (['node', 'pod'] as const).map((entity) => ({
        expr: `max_over_time(${entity}:${RATE}[25m]) > 0`,
        eval_time: '24m',
        exp_samples: [],
      })),
    ));

  // The alert compares an hour with the one before.
  for (const [first, firing] of [
    [200, []],
    [2, [{ labels: '{}', value: 1 }]],
  ] as const) {
    const what = firing.length === 0 ? 'quiet' : 'an alert';
    it(`is in the hour before: thirty destinations after ${first} at the start are ${what}`, async () => {
      const start = `_x360 ${first}x259`; // from 90 to 155 minutes
      await holds(
        'alerts.yml',
        {
          [STARTED]: '-86400x760',
          [`${DESTINATIONS}{node="a",rule="external_destination"}`]: '0x760',
          [`${DESTINATIONS}{${JOB},rule="external_destination"}`]: `${start} ${first + 30}x80`,
        },
        [
          {
            expr: 'count(count_over_time(ALERTS{alertname="KubevigilNewDestinations",alertstate="firing"}[180m]))',
            eval_time: '175m',
            exp_samples: firing,
          },
        ],
      );
    });
  }
});
