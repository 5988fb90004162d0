import { scenario } from '../scenario/define.ts';
import { perlRefusal } from '../scenario/perl.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ProcessInjectionOptions } from '../workers/process-injection.ts';

/** Code in somebody else's process. */
export const processInjection = scenario('attack', {
  name: 'process_injection',
  help: 'Children of its own attached to and changed by ptrace; they are idle.',
  family: 'post_exploitation',
  technique: 'T1055.008',
  likeness: {
    like: 'Processes are attached to, stopped, changed in their memory, and let go on with their tracer.',
    unlike:
      'They are idle copies of the tracer, and eight bytes of data are changed, no code; a real tracer would let go as soon as it can.',
  },
  moves: ['suspicious_processes', 'processes'],
  parameters: {
    processes: { help: 'processes attached to', default: 12, most: 64 },
  },
  obstacle: () => perlRefusal('injection', 0),
  work({ durationMs, values, signal }) {
    const options: ProcessInjectionOptions = { durationMs, ...values };
    return runWorker('process-injection', options, signal);
  },
});
