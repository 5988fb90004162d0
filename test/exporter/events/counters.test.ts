import { expect } from 'chai';
import fc from 'fast-check';
import type { Sample } from '../../../exporter/catalogue/model/sample.ts';
import { ConnectionCounter } from '../../../exporter/events/connection-counter.ts';
import { ExecCounter } from '../../../exporter/events/exec-counter.ts';
import { loadRules } from '../../../exporter/rules/load.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { seriesLines } from '../../support/extract.ts';

const WEB = { namespace: 'shop', pod: 'web-0', container: 'web' };
const HOST = { namespace: '', pod: '', container: '' };
const NAMELESS = { namespace: '', pod: '', container: '0123456789ab' };
const at = (owner: typeof WEB) => ({ cgroup: '/x', owner });
const nonZero = (samples: readonly Sample[]) => seriesLines(samples.filter(({ value }) => value > 0));

describe('events: consumers', () => {
  let rules: RuleSet;
  beforeEach(async () => {
    rules = new RuleSet(await loadRules(undefined));
  });

  describe('execs', () => {
    it('stand at 0 for every rule, container, the host and the unknown', () => {
      const samples = new ExecCounter().samples(rules, [WEB]);
      expect(samples).to.have.length(3 * rules.on('exec').length);
      expect(nonZero(samples)).to.deep.equal([]);
    });

    it('count under the container that they happened in', () => {
      const execs = new ExecCounter();
      execs.add(rules, { path: '/bin/sh' }, at(WEB));
      execs.add(rules, { path: '/bin/sh' }, at(HOST));
      execs.add(rules, { path: '/tmp/x' }, at(HOST));
      execs.add(rules, { path: '/bin/sh' }, at(NAMELESS));
      execs.add(rules, { path: '/bin/true' }, at(WEB));
      expect(nonZero(execs.samples(rules, [WEB]))).to.have.members([
        'kubevigil_suspicious_execs_total{rule="shell_in_container",namespace="shop",pod="web-0",container="web"} 1',
        'kubevigil_suspicious_execs_total{rule="exec_from_temp_path",namespace="",pod="",container=""} 1',
        'kubevigil_suspicious_execs_total{rule="shell_in_container",namespace="",pod="",container="0123456789ab"} 1',
      ]);
    });

    it('never count under the host what could not be attributed, and tell which rules wanted to know', () => {
      const execs = new ExecCounter();
      execs.add(rules, { path: '/tmp/sh' }, undefined);
      expect(nonZero(execs.samples(rules, []))).to.deep.equal([
        'kubevigil_suspicious_execs_total{rule="exec_from_temp_path",namespace="",pod="_unknown",container=""} 1',
      ]);
      expect(rules.undecided.get('shell_in_container')?.missing).to.equal(1);
    });

    it('say of a program the same whatever came before it', () => {
      const path = fc.constantFrom('/bin/sh', '/tmp/sh', '/bin/true', `/tmp/${'x'.repeat(600)}`, 'sh');
      const exec = fc.tuple(
        path,
        fc.constantFrom(WEB, HOST, NAMELESS, undefined),
        fc.constantFrom('/x', '/y'),
      );
      fc.assert(
        fc.property(fc.array(exec, { maxLength: 60 }), (execs) => {
          const seasoned = new ExecCounter();
          const sums = new Map<string, number>();
          for (const [program, owner, cgroup] of execs) {
            const where = owner && { cgroup, owner };
            seasoned.add(rules, { path: program }, where);
            const fresh = new ExecCounter();
            fresh.add(rules, { path: program }, where);
            for (const line of nonZero(fresh.samples(rules, []))) {
              const series = line.replace(/ 1$/, '');
              sums.set(series, (sums.get(series) ?? 0) + 1);
            }
          }
          const expected = [...sums].map(([series, count]) => `${series} ${count}`);
          expect(nonZero(seasoned.samples(rules, []))).to.have.members(expected);
        }),
        { numRuns: 50 },
      );
    });

    it('stay right and bounded over 5,000 programs, and under rules that change', async () => {
      const execs = new ExecCounter();
      for (let i = 0; i < 5_000; i++) execs.add(rules, { path: `/opt/p${i}` }, at(WEB));
      execs.add(rules, { path: '/bin/sh' }, at(WEB));
      const none = new RuleSet([], rules);
      execs.add(none, { path: '/bin/sh' }, at(WEB));
      execs.add(rules, { path: '/bin/sh' }, at(WEB));
      expect(nonZero(execs.samples(rules, [WEB]))).to.deep.equal([
        'kubevigil_suspicious_execs_total{rule="shell_in_container",namespace="shop",pod="web-0",container="web"} 2',
      ]);
    });

    it('see arguments where a rule asks for them, each time anew', async () => {
      const rule = { name: 'r', on: 'exec', severity: 'info', mitre: 'T1059', description: 'd' };
      const text = JSON.stringify({ rules: [{ ...rule, condition: '"-e" in args' }] });
      const asking = new RuleSet(parseRules(text, 'f').rules);
      const execs = new ExecCounter();
      for (const args of [['perl', '-e'], ['perl'], undefined, ['perl', '-e']]) {
        await execs.add(asking, { path: '/bin/perl', args }, at(WEB));
      }
      expect(nonZero(execs.samples(asking, []))).to.deep.equal([
        'kubevigil_suspicious_execs_total{rule="r",namespace="shop",pod="web-0",container="web"} 2',
      ]);
      expect(asking.undecided.get('r')?.missing).to.equal(1);
    });

    it('put no name that a process chose into a label', () => {
      const hostile = fc.oneof(
        fc.string({ unit: anyCharacter }),
        fc.constantFrom('/tmp/a\n# TYPE x counter\nx 1', '/tmp/"}', '/tmp/\xff\xfe', '/tmp/\\', '/tmp/é'),
      );
      const execs = new ExecCounter();
      fc.assert(
        fc.property(hostile, (path) => {
          execs.add(rules, { path, args: [path] }, at(WEB));
        }),
      );
      const names = new Set(execs.samples(rules, [WEB]).map(({ labels }) => JSON.stringify(labels)));
      expect(names.size).to.equal(3 * rules.on('exec').length);
    });
  });

  describe('connections', () => {
    it('count the first connect to an address and port for each rule that it matches', () => {
      const connections = new ConnectionCounter();
      for (let i = 0; i < 3; i++) connections.add(rules, { address: '8.8.8.8', port: 3333 }, at(WEB));
      connections.add(rules, { address: '10.0.0.1', port: 80 }, at(WEB));
      connections.add(rules, { address: '127.0.0.1', port: 80 }, at(WEB));
      connections.add(rules, { address: '169.254.169.254', port: 80 }, undefined);
      const label = (rule: string, namespace: string, pod: string) =>
        `kubevigil_outbound_destinations_total{rule="${rule}",namespace="${namespace}",pod="${pod}"} 1`;
      expect(
        nonZero(
          connections.samples(
            rules,
            [WEB].map(({ namespace, pod }) => ({ namespace, pod })),
          ),
        ),
      ).to.have.members([
        label('external_destination', 'shop', 'web-0'),
        label('mining_port', 'shop', 'web-0'),
        label('cluster_destination', 'shop', 'web-0'),
        label('cloud_metadata_service', '', '_unknown'),
      ]);
    });

    it('count 50,000 distinct addresses in bounded series', () => {
      const connections = new ConnectionCounter();
      for (let i = 0; i < 50_000; i++) {
        connections.add(rules, { address: `8.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, port: 443 }, at(WEB));
      }
      const samples = connections.samples(rules, [{ namespace: 'shop', pod: 'web-0' }]);
      expect(samples).to.have.length(3 * rules.on('connection').length);
      expect(nonZero(samples)).to.deep.equal([
        'kubevigil_outbound_destinations_total{rule="external_destination",namespace="shop",pod="web-0"} 50000',
      ]);
    });
  });
});
