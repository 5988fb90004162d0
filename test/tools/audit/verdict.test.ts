import { expect } from 'chai';
import { verdictOf } from '../../../tools/audit/verdict.ts';

const report = (severities: Readonly<Record<string, string>>) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      Object.entries(severities).map(([name, severity]) => [name, { name, severity, range: '<1.2.3' }]),
    ),
    metadata: { dependencies: { prod: 41, dev: 200 } },
  });

describe('verdictOf npm audit', () => {
  it('is sound where nothing is known, or nothing serious', () => {
    expect(verdictOf(report({}))).to.deep.equal({ kind: 'sound', packages: 41 });
    expect(verdictOf(report({ a: 'low', b: 'moderate' }))).to.deep.equal({ kind: 'sound', packages: 41 });
  });

  it('names what is serious', () => {
    expect(verdictOf(report({ a: 'low', b: 'high', __proto__2: 'critical' }))).to.deep.equal({
      kind: 'vulnerable',
      found: [
        { name: 'b', severity: 'high', range: '<1.2.3' },
        { name: '__proto__2', severity: 'critical', range: '<1.2.3' },
      ],
    });
  });

  const silences: [output: string, why: string][] = [
    // As npm 10 writes it where a registry has no such endpoint, and where it cannot be reached.
    [
      '{"message": "405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk", "method": "POST", "body": {}}',
      '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
    ],
    ['{"error": {"code": "ENOTFOUND", "summary": "request failed", "detail": ""}}', 'request failed'],
    ['', 'npm wrote no JSON: '],
    ['[]', 'npm wrote no JSON: []'],
    ['{}', 'no report'],
  ];
  for (const [output, why] of silences) {
    it(`knows nothing by ${JSON.stringify(output.slice(0, 40))}`, () => {
      expect(verdictOf(output)).to.deep.equal({ kind: 'unknown', why });
    });
  }
});
