import { expect } from 'chai';
import { parseOsRelease } from '../../../exporter/parsers/os-release.ts';

describe('parseOsRelease', () => {
  const cases: [string, { id: string; version: string }][] = [
    ['ID=debian\nVERSION_ID="12"\n', { id: 'debian', version: '12' }],
    ["ID='rhel'\nID_LIKE=fedora\nVERSION_ID='9.4'\n", { id: 'rhel', version: '9.4' }],
    ['ID=arch\n', { id: 'arch', version: '' }],
    ['ID="a\\"b\\$c"\n', { id: 'a"b$c', version: '' }],
    ['# nothing here\n\0\n', { id: '', version: '' }],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () => expect(parseOsRelease(text)).to.deep.equal(expected));
  }
});
