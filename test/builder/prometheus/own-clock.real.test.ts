import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { buildHere } from '../support/build.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';
import { handOn, proxyTo } from './support/proxy.ts';

describe('builder build on a machine whose clock is ahead of the server', () => {
  const newFolder = temporaryFolder();
  let prometheus: RunningPrometheus;

  before(async () => {
    prometheus = await prometheusWith(join(newFolder(), 'prometheus'), fleet(9));
  });

  after(() => prometheus?.stop());

  it("closes no step before the server's clock has passed it", async () => {
    const serverSeconds = Math.floor((FLEET_START_MS + FLEET_END_MS) / 2_000);
    let asked = 0;
    // The clock is read when the connection is made, and when the run begins.
    const proxy = await proxyTo(prometheus.url, (path) =>
      path.endsWith('/query') && asked++ < 2
        ? (answer, response) => {
            const data = { resultType: 'scalar', result: [serverSeconds, String(serverSeconds)] };
            handOn({ ...answer, body: Buffer.from(JSON.stringify({ status: 'success', data })) }, response);
          }
        : undefined,
    );
    try {
      const { manifest } = await buildHere({
        ...{ prometheus: { url: proxy.url }, output: join(newFolder(), 'dataset'), delay: '20s' },
        columns: ['forks_per_second'],
        start: String(FLEET_START_MS / 1_000),
      });
      const lastMs = Date.parse(manifest.end);
      expect(lastMs).to.be.at.most(1_000 * serverSeconds - 20_000);
      expect(lastMs).to.be.above(1_000 * serverSeconds - 20_000 - 15_000);
    } finally {
      await proxy.close();
    }
  });
});
