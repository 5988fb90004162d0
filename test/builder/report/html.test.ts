import { expect } from 'chai';
import fc from 'fast-check';
import { columnCode, escapeHtml, html } from '../../../common/html.ts';
import { anyCharacter } from '../../support/any-character.ts';

const anyText = fc.string({ unit: anyCharacter });

describe('builder report html', () => {
  it('escapes whatever is put into a template, but not what a template made', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${`"x'`}">${inner}${[html`<br>`, 'a&b']}${undefined}${3}</p>`.text).to.equal(
      '<p title="&quot;x&#39;"><b>&lt;i&gt;</b><br>a&amp;b3</p>',
    );
  });

  it('leaves no text that could begin a tag, an entity or end an attribute', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.to.match(/[<>"'\n\r\0]/);
        expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.to.include('&');
        expect(Buffer.from(escaped).toString()).to.equal(escaped);
      }),
    );
  });

  it('lets no text turn the direction of what follows', () => {
    expect(escapeHtml('a\u202eb\u2066c')).to.equal('a\ufffdb\ufffdc');
  });

  it('lets a long name break after its underscores only', () => {
    expect(columnCode('cpu_busy_<b>').text).to.equal('<code>cpu_<wbr>busy_<wbr>&lt;b&gt;</code>');
  });
});
