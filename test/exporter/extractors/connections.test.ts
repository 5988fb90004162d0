import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { connections } from '../../../exporter/extractors/connections.ts';
import { AT, CONTAINER, openOnEvents, SERVICE } from '../../support/event-series.ts';

function connect(address: string, port: number, cgroup = CONTAINER) {
  return { kind: 'connect', ...AT, family: 4, address, port, cgroup } as const;
}

describe('extractor connections', () => {
  it('counts the first connect of a pod to an address and port, and no further one', async () => {
    const { source, scrape, close } = await openOnEvents(connections);
    source.events = [
      connect('169.254.169.254', 80),
      connect('169.254.169.254', 80),
      connect('127.0.0.1', 80),
    ];
    expect((await scrape()).moved).to.deep.equal([
      'kubevigil_outbound_destinations_total{rule="cloud_metadata_service",namespace="",pod="8a3d9f4e-3c5"} 1',
    ]);
    close();
  });

  it('tells the destinations of the host from those of a pod that has no name yet', async () => {
    const { source, scrape, close } = await openOnEvents(connections);
    source.events = [connect('8.8.8.8', 443, SERVICE)];
    const hosts = (await scrape()).moved;
    expect(hosts).not.to.deep.equal([]);
    for (const line of hosts) expect(line).to.contain('namespace="",pod=""');
    close();
  });

  it('starts every rule at 0 for pods that are there', async () => {
    const { scrape, close } = await openOnEvents(connections);
    expect((await scrape()).lines).to.include(
      'kubevigil_outbound_destinations_total{rule="mining_port",namespace="shop",pod="web-0"} 0',
    );
    close();
  });

  it('falls back to socket tables, says why, and has series for those alone that were looked at', async () => {
    const denied = new SourceError('unreadable', 'tracefs', 'tracefs: EACCES');
    const { scrape, close } = await openOnEvents(connections, denied);
    const { lines, moved, errors } = await scrape();
    expect(errors).to.include(denied);
    // What the first look shows may be of old.
    expect(moved).to.deep.equal([]);
    expect(lines).to.include(
      'kubevigil_outbound_destinations_total{rule="mining_port",namespace="",pod=""} 0',
    );
    expect(lines.join()).not.to.contain('_unknown');
    close();
  });
});
