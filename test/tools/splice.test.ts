import { expect } from 'chai';
import { splice } from '../../tools/generate/splice.ts';

describe('splicing generated text into a document', () => {
  it('replaces what stands between the marks and keeps the rest', () => {
    const document = 'a\n<!-- generated:t -->\nold\n<!-- /generated:t -->\nb\n';
    expect(splice(document, 't', 'new')).to.equal('a\n<!-- generated:t -->\nnew\n<!-- /generated:t -->\nb\n');
  });

  it('refuses a document without the marks', () => {
    expect(() => splice('a', 't', 'new')).to.throw('<!-- generated:t -->');
  });
});
