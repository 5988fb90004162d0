import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { Denials } from '../../../exporter/processes/denials.ts';

describe('Denials', () => {
  it('has one error for each kind of file and trouble, in a settled order', () => {
    const denials = new Denials();
    for (const path of ['proc/9/ns/net', 'proc/7/exe', 'proc/8/exe', 'proc/1/ns/net']) {
      denials.add(new SourceError('unreadable', path, `${path}: EACCES`));
    }
    denials.add(new SourceError('failed', 'proc/7/exe', 'proc/7/exe: EIO'));
    expect(denials.list().map(({ code, path, message }) => [code, path, message])).to.deep.equal([
      ['failed', 'proc/<pid>/exe', 'proc/7/exe: EIO, and perhaps others'],
      ['unreadable', 'proc/<pid>/exe', 'proc/7/exe: EACCES, and perhaps others'],
      ['unreadable', 'proc/<pid>/ns/net', 'proc/9/ns/net: EACCES, and perhaps others'],
    ]);
  });
});
