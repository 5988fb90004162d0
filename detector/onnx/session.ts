/** Runs models by ONNX Runtime in WebAssembly, in this thread alone. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { messageOf } from '../../common/errors.ts';
import type { Matrix } from '../../learning/base/matrix.ts';

/** ONNX Runtime puts a `Worker` among the globals, which jax-js then takes for a browser's: it would no longer train. */
const hadWorker = 'Worker' in globalThis;

env.wasm.numThreads = 1;
env.logLevel = 'error';

/** A model that can be run. */
export interface Session {
  /**
   * Runs it on some rows.
   *
   * @throws {Error} when what comes out is no row of numbers for each row
   */
  run(inputs: Matrix): Promise<Matrix>;
  close(): Promise<void>;
}

/**
 * Opens a model.
 *
 * @param output its name
 * @throws {Error} for bytes that are no model, or a model of other inputs and outputs
 */
export async function openSession(bytes: Uint8Array, input: string, output: string): Promise<Session> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  } catch (error) {
    throw new Error(`is no model that can be run: ${messageOf(error)}`, { cause: error });
  } finally {
    if (!hadWorker) Reflect.deleteProperty(globalThis, 'Worker');
  }
  if (session.inputNames.join() !== input || session.outputNames.join() !== output) {
    await session.release();
    throw new Error(`does not take ${input} and give ${output}`);
  }
  return {
    async run({ rows, columns, values }) {
      const given = new Tensor('float32', values, [rows, columns]);
      const { [output]: result } = await session.run({ [input]: given });
      const found = result?.data;
      if (!(found instanceof Float32Array) || found.length % Math.max(rows, 1) !== 0)
        throw new Error(`gives no numbers for ${rows} rows`);
      return { rows, columns: found.length / Math.max(rows, 1), values: found };
    },
    close: () => session.release(),
  };
}
