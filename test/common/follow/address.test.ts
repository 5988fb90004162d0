import { expect } from 'chai';
import { pageUrl, takeLogin } from '../../../common/follow/address.ts';

describe('common/follow: addresses', () => {
  it('are of a page, or of a server whose page is meant', () => {
    expect(pageUrl('http://a:1', '/events')?.href).to.equal('http://a:1/events');
    expect(pageUrl('https://a/x?y=1', '/events')?.href).to.equal('https://a/x?y=1');
    for (const text of ['', 'a', 'ftp://a', 'file:///etc/passwd', 'http://'])
      expect(pageUrl(text, '/e')).to.equal(undefined);
  });

  it('do not show who asks, once that is taken out', () => {
    const url = new URL('http://ada:s%20cret@a:1/');
    expect(takeLogin(url)).to.equal(`Basic ${Buffer.from('ada:s cret').toString('base64')}`);
    expect(url.href).to.equal('http://a:1/');
    expect(takeLogin(url)).to.equal(undefined);
  });
});
