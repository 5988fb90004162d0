import type { Readable } from 'node:stream';
import axios from 'axios';
import type { RemoteReadPost } from '../../../../../../builder/prometheus/wire/remote-read/remote-read.ts';

/** Posts to the remote read of a server at this address, such as `http://127.0.0.1:9090`. */
export function postTo(url: string): RemoteReadPost {
  return async (body, headers) => {
    const answer = await axios.post<Readable>(`${url}/api/v1/read`, body, {
      headers,
      responseType: 'stream',
      decompress: false,
      validateStatus: () => true,
    });
    return { status: answer.status, headers: answer.headers, body: answer.data };
  };
}
