import { expect } from 'chai';
import { containerOom } from '../../../exporter/extractors/container-oom.ts';
import { AT, CONTAINER, openOnEvents } from '../../support/event-series.ts';

describe('extractor container-oom', () => {
  it('counts a kill under its container, from a zero that was there before', async () => {
    const { source, scrape, close } = await openOnEvents(containerOom);
    const before = (await scrape()).lines;
    expect(before).to.include(
      'kubevigil_container_oom_kills_total{namespace="shop",pod="web-0",container="nginx"} 0',
    );
    source.events = [{ kind: 'oom', ...AT, cgroup: CONTAINER }];
    expect((await scrape()).moved).to.deep.equal([
      'kubevigil_container_oom_kills_total{namespace="",pod="",container="c3c3c3c3c3c3"} 1',
    ]);
    close();
  });

  it('never counts a kill that could not be attributed as the host', async () => {
    const { source, scrape, close } = await openOnEvents(containerOom);
    source.events = [{ kind: 'oom', ...AT, cgroup: undefined }];
    expect((await scrape()).moved).to.deep.equal([
      'kubevigil_container_oom_kills_total{namespace="",pod="_unknown",container=""} 1',
    ]);
    close();
  });
});
