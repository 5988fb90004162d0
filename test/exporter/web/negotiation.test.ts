import { expect } from 'chai';
import { acceptsGzip, negotiateFormat } from '../../../exporter/web/negotiation.ts';

describe('negotiateFormat', () => {
  const prometheus2 =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  const prometheus3 =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,/;q=0.1';
  const cases: [string | undefined, 'text' | 'openmetrics'][] = [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html', 'text'],
    [prometheus2, 'openmetrics'],
    [prometheus3, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['APPLICATION/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=2.0.0,text/plain', 'text'],
    ['application/openmetrics-text;q=0.1,text/plain;q=0.2', 'text'],
    ['application/openmetrics-text;q=0,*/*', 'text'],
    ['application/openmetrics-text;q=x', 'text'],
    ['text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.5', 'text'],
  ];
  for (const [accept, format] of cases) {
    it(`${accept} → ${format}`, () => expect(negotiateFormat(accept)).to.equal(format));
  }
});

describe('acceptsGzip', () => {
  const cases: [string | undefined, boolean][] = [
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['deflate, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip;q=0, *', false],
    ['*', true],
    ['*;q=0', false],
  ];
  for (const [header, accepted] of cases) {
    it(`${header} → ${accepted}`, () => expect(acceptsGzip(header)).to.equal(accepted));
  }
});
