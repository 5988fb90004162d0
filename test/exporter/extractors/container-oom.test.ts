import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
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

  it('falls back to cgroups, says why, and says nothing of the host', async () => {
    const absent = new SourceError('absent', 'tracefs', 'tracefs: not mounted');
    const { scrape, close } = await openOnEvents(containerOom, absent);
    const { lines, moved, errors } = await scrape();
    expect(errors).to.deep.equal([absent]);
    expect(lines).to.include(
      'kubevigil_container_oom_kills_total{namespace="shop",pod="web-0",container="nginx"} 0',
    );
    // The recorded pods have counted before.
    expect(moved).to.deep.equal([]);
    expect(lines.join()).not.to.contain('namespace="",pod="",container=""').and.not.to.contain('_unknown');
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
