import { LAB } from '../../../guests/inside/places.ts';
import { text } from '../../../guests/inside/shell.ts';
import type { Check } from '../check.ts';

/** What needs the trace, which a kernel that is locked down does not show. */
export const NEEDS_TRACE = ['execs', 'connections', 'container-oom'];

/** A trace that is denied is no success, and is said once for each who needs it. */
export const denied: Check = {
  name: 'denied',
  async run(lab) {
    lab.require(
      'the kernel is not locked down',
      (text('/sys/kernel/security/lockdown') ?? '').includes('[confidentiality]'),
    );
    for (let i = 0; i < 3; i += 1) lab.expectSuccess(await lab.page());
    const lines = (text(LAB.log) ?? '').split('\n');
    for (const name of NEEDS_TRACE) {
      const said = lines.filter((line) => line.includes(`extractor=${name}`) && line.includes('lockdown'));
      lab.expect(`lines about ${name}`, said.length, 1);
    }
  },
};
