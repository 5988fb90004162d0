import { CONTAINERS } from '../../../guests/inside/containers.ts';
import { run } from '../../../guests/inside/shell.ts';
import { burst } from '../causes.ts';
import type { Check } from '../check.ts';
import { execsDuring } from './execs.ts';
import { failSu, rise } from './host.ts';

const HOUR_SECONDS = 3600;

/** Sets the clock to another time than it shows. */
async function step(seconds: number): Promise<void> {
  await run('date', '-s', `@${Math.round(Date.now() / 1000) + seconds}`);
}

/** The clock is set forward by an hour, and back by two. */
export const clock: Check = {
  name: 'clock',
  async run(lab) {
    const { cgroupfs } = CONTAINERS;
    for (const seconds of [HOUR_SECONDS, -2 * HOUR_SECONDS, HOUR_SECONDS]) {
      await execsDuring(lab, `clock ${seconds} s`, cgroupfs, 50, async () => {
        await step(seconds);
        await burst(cgroupfs, 50);
      });
      const before = await lab.page();
      await failSu();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await lab.page();
      const after = await lab.page();
      lab.expect(
        `clock ${seconds} s: logins by su`,
        rise(before, after, 'suspicious_log_lines_total', 'local_login_failed'),
        1,
      );
      await lab.expectBounds();
    }
  },
};
