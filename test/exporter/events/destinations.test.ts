import { expect } from 'chai';
import { Destinations } from '../../../exporter/events/destinations.ts';

describe('events: destinations', () => {
  it('are new once for each pod, address and port', () => {
    const known = new Destinations();
    expect(known.isNew('a', '1.2.3.4', 80)).to.equal(true);
    expect(known.isNew('a', '1.2.3.4', 80)).to.equal(false);
    expect(known.isNew('a', '1.2.3.4', 81)).to.equal(true);
    expect(known.isNew('b', '1.2.3.4', 80)).to.equal(true);
    expect(known.size).to.equal(3);
  });

  it('are bounded, and a pod that goes everywhere makes no other forget first', () => {
    const known = new Destinations();
    known.isNew('quiet', '10.0.0.1', 80);
    for (let pod = 0; pod < 8; pod++) {
      for (let i = 0; i < 50_000; i++) known.isNew(`loud-${pod}`, `2001:db8::${i.toString(16)}`, 1);
    }
    expect(known.size).to.equal(50_000);
    expect(known.isNew('quiet', '10.0.0.1', 80)).to.equal(false);
    expect(known.isNew('loud-7', '2001:db8::c34f', 1)).to.equal(false);
    expect(known.isNew('loud-7', '2001:db8::0', 1)).to.equal(true);
  });

  it('remember what is used, forgetting what is not', () => {
    const known = new Destinations();
    for (let i = 0; i < 20_000; i++) {
      known.isNew('a', `10.0.${i >> 8}.${i & 255}`, 1);
      expect(known.isNew('a', '8.8.8.8', 53)).to.equal(i === 0);
    }
  });

  it('go with their pod', () => {
    const known = new Destinations();
    known.isNew('a', '1.2.3.4', 80);
    known.isNew('b', '1.2.3.4', 80);
    known.keep(new Set(['b']));
    expect(known.size).to.equal(1);
    expect(known.isNew('a', '1.2.3.4', 80)).to.equal(true);
    expect(known.isNew('b', '1.2.3.4', 80)).to.equal(false);
  });
});
