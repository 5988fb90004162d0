import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { needsPods, Pod } from '../support/pod.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';

/**
 * Perl: joins the cgroups before "--", and becomes what is after it. No shell: who polls may have seen it before it had joined, and would take
 * the shell that it becomes for the same.
 */
const JOIN =
  'while (($_ = shift) ne "--") { open F, ">", "$_/cgroup.procs" or die; print F $$; close F or die } exec @ARGV or die';

for (const traced of [true, false]) {
  describe(`an exporter in a container, ${traced ? 'with the trace' : 'polling'}`, () => {
    const folder = temporaryFolder();
    let pod: Pod;
    let exporter: ExporterProcess | undefined;
    before(async function () {
      needsPods.call(this);
      const tracefs = folder();
      const refusal = traced ? tracefsRefusal(tracefs) : undefined;
      if (refusal !== undefined) skip(this, refusal);
      pod = new Pod();
      await pod.do('ready');
      const into = ['perl', '-e', JOIN, '--', ...pod.cgroups(), '--'];
      const wrap = traced ? [...seeingTracefs(tracefs), ...into] : into;
      exporter = await startExporter(['--kubernetes=off', `--path.tracefs=${tracefs}`], { wrap });
    });
    after(async () => {
      await exporter?.stop();
      await pod?.end();
    });
    const page = async () => (await fetch(`http://${exporter?.address}/metrics`)).text();
    const shells = async () => {
      const own = [...parseSeries(await page())].filter(
        ([key]) => key.includes('rule="shell_in_container"') && key.includes(`container="${pod.container}"`),
      );
      return own.reduce((sum, [, value]) => sum + value, 0);
    };

    it('does not accuse itself of the shells that tell what the node is, but others of theirs', async () => {
      // For which it starts a dozen.
      await waitFor('node_info', async () => (await page()).includes('\nkubevigil_node_info{'));
      expect(await shells()).to.equal(0);
      const other = spawn('perl', ['-e', JOIN, '--', ...pod.cgroups(), '--', 'sh', '-c', 'kill -STOP $$']);
      await waitFor('the other shell', async () => (await shells()) > 0);
      other.kill('SIGKILL');
      await once(other, 'exit');
      expect(await shells()).to.equal(1);
    });
  });
}
