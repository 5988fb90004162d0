/** What Python's libraries take for the same work, where they are, or can be had. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One thread, as ours has. */
const ALONE = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
const LIBRARIES = ['numpy', 'scikit-learn', 'onnxruntime'];

/** A Python with scikit-learn and ONNX Runtime: the one on PATH, or one that pip makes in a folder; else tells why there is none. */
export async function findPython(
  folder: string,
  onMissing: (reason: string) => void,
): Promise<string | undefined> {
  const has = async (python: string) => {
    await run(python, ['-c', 'import numpy, sklearn, onnxruntime']);
    return python;
  };
  try {
    return await has('python3').catch(async () => {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...LIBRARIES]);
      return has(join(folder, 'bin', 'python'));
    });
  } catch (error) {
    onMissing(error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error));
    return undefined;
  }
}

/** Runs a program of Python in a folder; gives the line of JSON that it prints. */
export async function askPython<T>(python: string, program: string, folder: string): Promise<T> {
  const { stdout } = await run(python, ['-c', program], { cwd: folder, env: { ...process.env, ...ALONE } });
  return JSON.parse(stdout) as T;
}

/** What a program of Python that is measured begins with: `cpu(work)` gives CPU milliseconds. */
export const MEASURED = `
import json, time, numpy, resource
def cpu(work):
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)
def median(values):
    return sorted(values)[len(values) // 2]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
`;
