import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { ProcessEvents } from '../../../exporter/events/process-events.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { NO_NAMES } from '../../../exporter/owners/names.ts';
import { openOnEvents } from '../../support/event-series.ts';
import { MemorySource } from '../../support/memory-source.ts';

const failure = new SourceError('failed', 'tracefs', 'tracefs: somebody turned off tracing_on');

const COUNTING = ['execs', 'connections', 'container-oom'];

describe('what goes wrong with the events of processes', () => {
  it('is told to each who counts them, once', () => {
    const source = new MemorySource();
    const events = new ProcessEvents(source.open, NO_NAMES);
    source.failure = failure;
    events.pump();
    events.pump();
    expect(events.takeErrors('exec')).to.deep.equal([failure]);
    expect(events.takeErrors('exec')).to.deep.equal([]);
    expect(events.takeErrors('connect')).to.deep.equal([failure]);
    expect(events.takeErrors('oom')).to.deep.equal([failure]);
  });

  for (const extractor of EXTRACTORS.filter(({ name }) => COUNTING.includes(name))) {
    it(`is an error of ${extractor.name}`, async () => {
      const { source, scrape, close } = await openOnEvents(extractor);
      source.failure = failure;
      expect((await scrape()).errors).to.deep.equal([failure]);
      expect((await scrape()).errors).to.deep.equal([]);
      close();
    });

    it(`keeps ${extractor.name} from success where the trace is denied`, async () => {
      const denied = new SourceError('unreadable', 'tracefs', 'tracefs: mounted and shows no instances');
      const { scrape, close } = await openOnEvents(extractor, denied);
      const { errors } = await scrape();
      expect(errors).to.include(denied);
      close();
    });
  }
});
