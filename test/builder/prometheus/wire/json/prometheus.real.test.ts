import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import axios from 'axios';
import { expect } from 'chai';
import { remoteRead } from '../../../../../builder/prometheus/wire/remote-read/remote-read.ts';
import { wholeMs } from '../../../../../common/ms.ts';
import { program, startPrometheus } from '../../../../support/programs.ts';
import { END_MS, openMetrics, START_MS } from '../../../support/open-metrics.ts';
import { postTo } from '../remote-read/support/post.ts';
import { parse, scan } from './support/scan.ts';

const run = promisify(execFile);

describe('builder/prometheus/wire/json with a real Prometheus', () => {
  it('reads what JSON.parse reads and what remote read gives', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubevigil-json-scan-'));
    const text = join(folder, 'metrics.txt');
    writeFileSync(text, openMetrics());
    await run(await program('promtool'), [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      text,
      join(folder, 'data'),
    ]);
    const prometheus = await startPrometheus(folder, {}, ['--storage.tsdb.retention.time=100y']);
    try {
      const params = { query: `{__name__!=""}[${END_MS - START_MS + 1}ms]`, time: END_MS / 1000 };
      const address = `${prometheus.url}/api/v1/query`;
      const { data: body } = await axios.get<Readable>(address, { params, responseType: 'stream' });
      const scanned = await scan(body);
      const { data: whole } = await axios.get<string>(address, { params, responseType: 'text' });
      expect(scanned.series).to.have.length(13);
      expect(scanned).to.deep.equal(parse(whole));

      const matchers = [{ name: '__name__', operator: '!=', value: '' }] as const;
      const query = { matchers, startMs: wholeMs(START_MS - 1), endMs: wholeMs(END_MS) };
      const byRemoteRead = [];
      for await (const { labels, timestampsMs, values } of remoteRead(postTo(prometheus.url), query)) {
        byRemoteRead.push({ labels, samples: Array.from(timestampsMs, (timeMs, i) => [timeMs, values[i]]) });
      }
      expect(scanned.series).to.deep.equal(byRemoteRead);
    } finally {
      await prometheus.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
