import { expect } from 'chai';
import fc from 'fast-check';
import { type TextKind, ToldNames } from '../../../builder/names/told-names.ts';

function telling(...names: readonly string[]): ToldNames {
  const told = new ToldNames();
  for (const name of names) told.add(name);
  return told;
}

/** Names as machines and pods have them. */
const machineName = fc
  .tuple(
    fc.stringMatching(/^[a-z]{2,8}$/),
    fc.constantFrom('-', '.', '_'),
    fc.stringMatching(/^[a-z0-9]{1,8}$/),
    fc.stringMatching(/^[0-9]{1,3}$/),
  )
  .map(([a, between, b, c]) => `${a}${between}${b}-${c}`);

/** Ways in which a name can stand in a text. */
const FORMS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => `${name}:9100`,
  (name) => `${name}.corp.example`,
  (name) => `http://${name}:24924/metrics`,
  (name) => name.replaceAll('-', '%2D').replaceAll('.', '%2e'),
  (name) => name.replaceAll('-', '\\-').replaceAll('.', '\\\\.'),
  (name) => JSON.stringify(`"${name}"`),
  (name) => [...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  (name) => `/var/${name}/episodes.csv`,
  (name) => `{instance=~"${name}|other.*"}`,
];

const KINDS: readonly TextKind[] = ['given', 'expression', 'prose'];

describe('builder/names/told-names', () => {
  it('finds a machine’s name wherever and however it stands', () => {
    fc.assert(
      fc.property(
        machineName,
        fc.constantFrom(...FORMS),
        fc.constantFrom(...KINDS),
        fc.constantFrom('', 'from-', 'as on ', '"', '('),
        fc.constantFrom('', ' again', '-2', '"', ')'),
        (name, form, kind, before, after) => {
          expect(telling('default', name, 'a').in(`${before}${form(name)}${after}`, kind)).to.equal(name);
        },
      ),
    );
  });

  it('finds the machine of an instance with a port, and of a full name', () => {
    expect(telling('srv-pay-01:24924').in('from-srv-pay-01', 'given')).to.equal('srv-pay-01:24924');
    expect(telling('srv-pay-01.corp.example').in('from srv-pay-01', 'given')).to.equal(
      'srv-pay-01.corp.example',
    );
    expect(telling('10.0.0.5:9100').in('rate(x{instance="10.0.0.5:9100"}[1m])', 'expression')).to.equal(
      '10.0.0.5:9100',
    );
  });

  const found: readonly (readonly [string, string, TextKind])[] = [
    ['payroll', 'from-payroll', 'given'],
    ['web', 'web', 'given'],
    ['web', 'web:9100', 'given'],
    ['a', 'a', 'given'],
    ['web', 'sum(x{job="web"})', 'expression'],
    ['web', 'x{y=~"db|web.*"}', 'expression'],
  ];
  for (const [name, text, kind] of found)
    it(`finds ${name} in ${kind} ${text}`, () => expect(telling(name).in(text, kind)).to.equal(name));

  const ORDINARY_NAMES = [
    ...[
      'a',
      'b',
      'n1',
      '1',
      '007',
      '100',
      'default',
      'kube-system',
      'monitoring',
      'web',
      'shop',
      'node',
      'worker',
      'db',
    ],
    ...[
      'attack',
      'normal',
      'backup',
      'kubevigil',
      'prod',
      'node-1',
      'master-0',
      'web-7d4b9c-x2x9z',
      'ip-10-0-0-1',
      '',
      '_other',
    ],
  ];
  const ORDINARY_TEXTS: readonly (readonly [string, TextKind])[] = [
    ...[
      'campaign-1',
      'e1',
      '0001',
      'run 2026-11',
      'attack',
      'benign',
      'victim',
      'lab week 3',
      'burn-a-lot',
      'web_scan',
    ].map((text) => [text, 'given'] as const),
    ...[
      'How many there are, by default.',
      'episodes.csv',
      'bytes per second',
      'A PromQL expression.',
      'load1',
    ].map((text) => [text, 'given'] as const),
    ...[
      'sum by (node, namespace, pod) (rate(http_requests_total{code=~"5..", method="GET"}[5m]))',
      'node_load1 > 100',
      'ALERTS{alertstate="firing", severity="page"}',
      'histogram_quantile(0.99, sum by (le) (rate(x_bucket{pod!=""}[1m])))',
    ].map((text) => [text, 'expression'] as const),
    ...[
      'backup',
      'cpu_burn',
      'normal',
      'columns that never change: a_per_second',
      'a default node without shop rows',
    ].map((text) => [text, 'prose'] as const),
    ...['node-ba05f634b4a61afa has no value of x', 'pod pod-1f2e3d4c5b6a7988'].map(
      (text) => [text, 'prose'] as const,
    ),
  ];
  it('finds nothing in ordinary texts of ordinary nodes', () => {
    const told = telling(...ORDINARY_NAMES);
    for (const [text, kind] of ORDINARY_TEXTS)
      expect(told.in(text, kind), `${kind} ${text}`).to.equal(undefined);
  });

  it('finds no name that stands within a longer one', () => {
    fc.assert(
      fc.property(
        machineName,
        fc.constantFrom(...KINDS),
        fc.stringMatching(/^[a-z0-9]{1,3}$/),
        (name, kind, more) => {
          expect(telling(name).in(`${more}${name}`, kind)).to.equal(undefined);
          expect(telling(name).in(`x ${name}${more} y`, kind)).to.equal(undefined);
        },
      ),
    );
  });
});
