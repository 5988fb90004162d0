import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { loadPlan } from '../../../scenarios/campaign/load-plan.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const ITEM = 'scenarios: [{ name: cpu_burn, duration: 1m }]';

describe("a campaign's file", () => {
  const path = temporaryPaths();
  const load = (text: string) => {
    writeFileSync(path('plan.yaml'), text);
    return loadPlan(path('plan.yaml'));
  };

  it('needs no more than a scenario and its duration', () => {
    const plan = load(ITEM);
    expect(plan).to.include({ name: 'campaign', seed: 1, step: 15_000, recovery: 15_000, window: 15_000 });
    expect(plan.scenarios[0]).to.deep.equal({
      name: 'cpu_burn',
      repetitions: 1,
      duration: { min: 60_000, max: 60_000 },
      intensity: { min: 1, max: 1 },
      affects: [],
      on: 'one',
    });
  });

  it('takes the longest window for the recovery, and its own paths from its own folder', () => {
    const plan = load(`window: 1m\ntargets: [{ url: 'http://10.0.0.7:24925', tokenFile: token }]\n${ITEM}`);
    expect(plan.recovery).to.equal(60_000);
    expect(plan.targets?.[0]?.tokenFile).to.equal(path('token'));
  });

  for (const [what, text, message] of [
    ['no scenarios', '{}', /plan\.yaml: scenarios: /],
    ['an empty list', 'scenarios: []', /: scenarios: /],
    ['an unknown key', `${ITEM}\nsped: 3`, /: there is no key "sped"/],
    [
      'a scenario that was spelt otherwise',
      'scenarios: [{ name: port_scn, duration: 1m }]',
      /: scenarios\.0\.name: there is no scenario "port_scn": did you mean port_scan\?$/,
    ],
    [
      'an unknown scenario',
      'scenarios: [{ name: rm_rf, duration: 1m }]',
      /: scenarios\.0\.name: there is no scenario "rm_rf": there are \w+, \w+/,
    ],
    ['no duration', 'scenarios: [{ name: cpu_burn }]', /: scenarios\.0\.duration/],
    [
      'a duration without a unit',
      'scenarios: [{ name: cpu_burn, duration: 60 }]',
      /: scenarios\.0\.duration/,
    ],
    [
      'a duration of 10^9 s',
      'scenarios: [{ name: cpu_burn, duration: 1000000000s }]',
      /: scenarios\.0\.duration.*: must be at most 1h/,
    ],
    [
      'a range upside down',
      'scenarios: [{ name: cpu_burn, duration: [2m, 1m] }]',
      /: scenarios\.0\.duration: must be \[least, most\]/,
    ],
    [
      'too much intensity',
      'scenarios: [{ name: cpu_burn, duration: 1m, intensity: 2 }]',
      /: scenarios\.0\.intensity/,
    ],
    [
      'a billion repetitions',
      'scenarios: [{ name: cpu_burn, duration: 1m, repetitions: 1000000000 }]',
      /: scenarios\.0\.repetitions/,
    ],
    [
      'too short a recovery',
      `window: 1m\nrecovery: 30s\n${ITEM}`,
      /: recovery: 30s is shorter than 1m, for which features remember an attack/,
    ],
    [
      'a flood as background',
      `background: { requestsPerSecond: 1000000 }\n${ITEM}`,
      /: background\.requestsPerSecond/,
    ],
    ['a target that is no URL', `targets: [{ url: worker-1 }]\n${ITEM}`, /: targets\.0\.url: must be a URL/],
    ['broken YAML', 'scenarios: [', /plan\.yaml: [^\n]*$/],
  ] as const)
    it(`is refused with ${what}, naming the place in one line`, () => {
      expect(() => load(text))
        .to.throw(message)
        .with.property('exitCode', 2);
    });

  it('is refused when it is not there', () => {
    expect(() => loadPlan(path('missing.yaml'))).to.throw(/missing\.yaml: ENOENT/);
  });
});
